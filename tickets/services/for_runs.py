"""Tickets that a run of a workflow opens: each step opens one, however often it is tried."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from integrations.scope import CallScope
from tickets.errors import CategoryNotFound, PersonNotFound
from tickets.lifecycle import Happening, Status
from tickets.models import Ticket, TicketCategory
from tickets.services import creation, history

NO_CATEGORY: Final = _("Категории «%(named)s» нет; есть: %(known)s")
MOST_NAMED: Final = 20
OUTCOMES: Final = {Status.COMPLETED: "confirmed", Status.CANCELLED: "cancelled"}


@dataclass(frozen=True)
class Opened:
    """A run's ticket. `outcome` is `confirmed`, `cancelled`, or empty while the ticket is open."""

    number: int
    outcome: str
    item: dict[str, Any]


class Desk:
    """The desk as a run sees it: the categories of its own project. `depth` is the run's."""

    def __init__(self, project_id: int, depth: int) -> None:
        self._project_id = project_id
        self._depth = depth

    @classmethod
    def connect(cls, scope: CallScope) -> Desk:
        return cls(scope.project_id(), scope.depth())

    def open(
        self,
        *,
        key: str,
        execution_id: str,
        category: str,
        author: str,
        title: str,
        description: str,
        priority: str,
    ) -> Opened:
        """The step's ticket: a new one, or that which an earlier try of the step (the same `key`) has opened.

        `category` is an id or a name, `author` an id or a login. Raises `CategoryNotFound`, `PersonNotFound`, and
        what `creation.create` raises.
        """
        ticket = creation.create(
            author=_person(author),
            category_id=self._category(category).pk,
            title=title,
            description=description,
            priority=priority,
            source=Ticket.Source.WORKFLOW,
            key=f"run:{key}",
            execution_id=uuid.UUID(execution_id),
            depth=self._depth,
        )
        outcome = OUTCOMES.get(ticket.state, "")
        payload = history.as_payload(ticket) | ({"outcome": outcome} if outcome else {})
        name = history.CLOSED if outcome else "ticket.created"
        item = {"event": name, "subject": str(ticket.number), "payload": payload, "at": ticket.updated_at.isoformat()}
        return Opened(ticket.number, outcome, item)

    def _category(self, named: str) -> TicketCategory:
        by_id = {"pk": int(named)} if named.isdecimal() else {"name": named}
        found = TicketCategory.objects.filter(**by_id, project_id=self._project_id).order_by("id").first()
        if found is None:
            raise CategoryNotFound(NO_CATEGORY, field="category", named=named, known=self._known())
        return found

    def _known(self) -> str:
        """The names of the categories that there are, for whoever has written another."""
        there = TicketCategory.objects.filter(project_id=self._project_id, is_active=True).order_by("name")
        return ", ".join(there.values_list("name", flat=True)[:MOST_NAMED]) or "—"


def note_failure(*, project_id: int, execution_id: uuid.UUID, numbers: Collection[int]) -> None:
    """Say in the history of these tickets, and of those that the run has opened, that the run has failed."""
    for ticket in _concerned(project_id, execution_id, numbers):
        history.note(ticket, Happening.RUN_FAILED, source=Ticket.Source.WORKFLOW, executionId=str(execution_id))


@dataclass(frozen=True)
class OfRun:
    """A ticket as the page of a run shows it; `opened` says that the run has opened it."""

    number: int
    status: str
    opened: bool


def concerning(*, project_id: int, execution_id: uuid.UUID, numbers: Collection[int]) -> list[OfRun]:
    """These tickets, and those that the run has opened, the oldest first."""
    found = _concerned(project_id, execution_id, numbers).order_by("id")
    return [OfRun(one.number, one.state_name, one.execution_id == execution_id) for one in found]


def opener_of(number: int) -> uuid.UUID | None:
    """The run that has opened the ticket, if one has."""
    return Ticket.objects.filter(pk=number).values_list("execution_id", flat=True).first()


def _concerned(project_id: int, execution_id: uuid.UUID, numbers: Collection[int]) -> QuerySet[Ticket]:
    return Ticket.objects.filter(Q(pk__in=numbers) | Q(execution_id=execution_id), project_id=project_id)


def _person(named: str) -> User:
    by_id = {"pk": int(named)} if named.isdecimal() else {"username__iexact": named}
    found = User.objects.people().filter(**by_id, is_active=True).first()
    if found is None:
        raise PersonNotFound(field="author")
    return found
