"""Runs and the tickets that they have to do with: what a run has opened, what has begun it, and that it has failed."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from executions.models import Execution
from executions.reactions import Reaction
from tickets.services import for_runs
from tickets.services.for_runs import OfRun

TICKET_EVENTS = "ticket."


def tell_of_failure(run: Execution) -> None:
    """A line in the history of the ticket that began the run, and of each that the run has opened.

    Needs the transaction that looks after the run's end; locks no ticket.
    """
    for_runs.note_failure(project_id=run.project_id, execution_id=run.pk, numbers=_begun_by(run))


def tickets_of(run: Execution) -> list[OfRun]:
    """The tickets that the run has opened and the one whose event has begun it, the oldest first."""
    return for_runs.concerning(project_id=run.project_id, execution_id=run.pk, numbers=_begun_by(run))


def of_ticket(runs: QuerySet[Execution], number: int) -> QuerySet[Execution]:
    """Of these runs the one that has opened the ticket, and those which its events have begun."""
    begun = Reaction.objects.filter(event__name__startswith=TICKET_EVENTS, event__subject=str(number))
    opened = for_runs.opener_of(number)
    return runs.filter(Q(pk__in=begun.values("execution_id")) | Q(pk__in=[opened] if opened else []))


def _begun_by(run: Execution) -> list[int]:
    """Tickets whose event has begun the run."""
    begun = Reaction.objects.filter(execution=run, event__name__startswith=TICKET_EVENTS)
    return [int(subject) for subject in begun.values_list("event__subject", flat=True) if subject.isdecimal()]
