"""One event at one listener: it starts a run, or it is written down why it does not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import structlog
from django.conf import settings
from django.db import transaction

from accounts import failpoints
from accounts.errors import DomainError
from accounts.statements import HotStatement
from executions.engine import planner
from executions.engine.planner import Resolution
from executions.engine.states import Origin
from executions.errors import ConcurrencyLimit, StepMissing
from executions.models import Execution, Listener, Reaction
from executions.services.ancestry import is_of_error_reaction
from executions.services.fitting import Outcome, Verdict, mismatch
from executions.services.starting import Cause, start
from integrations import events, limiter, safe_json
from integrations.event_names import ENGINE_FAILURES, heard_as
from integrations.events import Event
from workflows import services as workflows

log = structlog.get_logger(__name__)

INSERT = HotStatement("""
INSERT INTO executions_reaction (project_id, event_id, listener_id, workflow_id, telling, outcome, details)
VALUES (%(project)s::bigint, %(event)s::uuid, %(listener)s::uuid, %(flow)s::uuid, %(telling)s::int, %(outcome)s::text,
    %(details)s::text::jsonb)
ON CONFLICT (event_id, listener_id, telling) DO NOTHING
RETURNING id, EXISTS (SELECT 1 FROM executions_reaction WHERE listener_id = %(listener)s::uuid AND waits)
""")
CLOSE = HotStatement("""
UPDATE executions_reaction SET outcome = %(outcome)s::text, details = %(details)s::text::jsonb,
    execution_id = %(run)s::uuid, waits = %(waits)s::bool
WHERE id = %(id)s::bigint RETURNING id
""")


PASSING: Final = frozenset({ConcurrencyLimit.code})
"""Refusals of a start that another try of the same delivery may not meet again."""


@transaction.atomic
def react(
    listener: Listener,
    event: Event,
    *,
    telling: int = 1,
    input_data: Mapping[str, Any] | None = None,
    user: Any = None,
    tries_again: bool = False,
    puts_off: bool = True,
) -> tuple[Reaction, bool]:
    """Start a run at the listener's node if the event fits; returns the line about it, that of the first time again,
    and whether this call has decided it.

    `input_data` is what the run begins with, by default the event; `user` is who has caused it. A start that is
    refused is a line too, and raises nothing; one that was refused for the moment is tried again where the sender
    `tries_again`. What comes too often waits for its turn (`waiting`), unless it `puts_off` nothing since somebody is
    told and comes again.
    """
    fault = mismatch(listener.config, event) or too_deep(listener, event) or _own_tail(event)
    verdict = fault or Verdict(Outcome.STARTED, {})
    noted = _note(listener, event, telling, verdict)
    others_wait = noted is not None and noted.others_wait and puts_off
    if noted is None:
        lines = Reaction.objects.select_for_update(no_key=True) if tries_again else Reaction.objects
        reaction = lines.get(event=event, listener=listener, telling=telling)
        if not (tries_again and _may_pass(reaction)):
            return reaction, False
    else:
        reaction = _line(noted.id, listener, event, telling, verdict)
    if fault is None:
        failpoints.reach("reaction.noted")
        if others_wait or not _has_room(listener):
            _refuse_for_now(reaction, waits=puts_off and _may_wait(listener, event))
        else:
            _start_run(reaction, listener, event, dict(input_data or events.as_item(event)), user)
        _close(reaction)
    return reaction, True


def start_now(reaction: Reaction, *, input_data: Mapping[str, Any] | None) -> bool:
    """Start the run of a line that waits; False, and nothing is changed, when there is no room yet.

    Needs a transaction, and that nobody else starts what waits at this listener.
    """
    listener, event = reaction.listener, reaction.event
    if not _has_room(listener):
        return False
    failpoints.reach("reaction.noted")
    _start_run(reaction, listener, event, dict(input_data or events.as_item(event)), None)
    _close(reaction)
    return True


def give_up(reaction: Reaction, *, code: str) -> None:
    """Let a line that waits wait no more: it cannot be started. Needs a transaction."""
    reaction.outcome, reaction.waits, reaction.details = Outcome.REFUSED, False, {"code": code, "message": ""}
    _close(reaction)


def note(listener: Listener, event: Event, *, details: Mapping[str, Any]) -> bool:
    """Write down once that the event counts for a listener that starts nothing yet; False when it was counted before.

    Needs the caller's transaction.
    """
    return _note(listener, event, 1, Verdict(Outcome.NOTED, details)) is not None


def counts(listener: Listener, event: Event) -> bool:
    """Whether the event is one that the listener keeps in mind; when it is not, a line says why.

    Needs the caller's transaction.
    """
    fault = mismatch(listener.config, event) or too_deep(listener, event)
    if fault is not None:
        _note(listener, event, 1, fault)
    return fault is None


def too_deep(listener: Listener, event: Event) -> Verdict | None:
    """Why the event is taken no further when too many runs and waits lie behind it; None when there are few."""
    if event.depth < settings.SUBWORKFLOW_MAX_DEPTH:
        return None
    log.warning("chain of events is too long", event_id=str(event.pk), listener_id=str(listener.pk))
    return Verdict(Outcome.TOO_DEEP, {"depth": event.depth, "limit": settings.SUBWORKFLOW_MAX_DEPTH})


def _own_tail(event: Event) -> Verdict | None:
    """A failure in a reaction to a failure is kept and starts nothing more."""
    if event.name in ENGINE_FAILURES and is_of_error_reaction(event):
        return Verdict(Outcome.TOO_DEEP, {"reaction": True})
    return None


def _may_pass(reaction: Reaction) -> bool:
    """Whether the start was refused only for the moment, and is not tried again by itself."""
    refused = reaction.outcome == Outcome.REFUSED and reaction.details.get("code") in PASSING
    return refused or (reaction.outcome == Outcome.TOO_OFTEN and not reaction.waits)


class Noted(NamedTuple):
    """A new line, and whether others of its listener wait for their turn."""

    id: int
    others_wait: bool


def _note(listener: Listener, event: Event, telling: int, verdict: Verdict) -> Noted | None:
    """None when there is a line already."""
    values = {
        "project": listener.project_id,
        "event": event.pk,
        "listener": listener.pk,
        "flow": listener.workflow_id,
        "telling": telling,
        "outcome": verdict.outcome.value,
        "details": safe_json.dumps(verdict.details),
    }
    inserted = INSERT.row(values)
    return None if inserted is None else Noted(*inserted)


def _line(reaction_id: int, listener: Listener, event: Event, telling: int, verdict: Verdict) -> Reaction:
    """The line that has just been written."""
    return Reaction(
        id=reaction_id,
        project_id=listener.project_id,
        event=event,
        listener=listener,
        workflow_id=listener.workflow_id,
        telling=telling,
        outcome=verdict.outcome,
        details=dict(verdict.details),
    )


def _has_room(listener: Listener) -> bool:
    """Whether the listener may start a run now; takes its place in the minute if so."""
    limit = settings.EVENT_STARTS_PER_MINUTE
    return limiter.acquire(f"react:{listener.pk}", rate=limit, interval=60.0, burst=limit) == 0


def _may_wait(listener: Listener, event: Event) -> bool:
    """Whether what comes too often is started later: always what comes from outside or by the listener's own clock.

    What runs tell each other may feed itself. Of it no more waits than may start within a minute, so that a chain that
    multiplies ends at its depth and leaves no endless queue behind.
    """
    if event.depth == 0 or not set(heard_as(event.name)) & set(listener.names):
        return True
    most = settings.EVENT_STARTS_PER_MINUTE
    chained = Reaction.objects.filter(listener=listener, waits=True, event__depth__gt=0)
    return chained[:most].count() < most


def _refuse_for_now(reaction: Reaction, *, waits: bool) -> None:
    log.warning(
        "listener starts runs too often",
        event_id=str(reaction.event_id),
        listener_id=str(reaction.listener_id),
        waits=waits,
    )
    reaction.outcome, reaction.waits = Outcome.TOO_OFTEN, waits
    reaction.details = {"limitPerMinute": settings.EVENT_STARTS_PER_MINUTE, "waits": waits}


def _close(reaction: Reaction) -> None:
    CLOSE.row(
        {
            "id": reaction.pk,
            "outcome": str(reaction.outcome),
            "details": safe_json.dumps(reaction.details),
            "run": reaction.execution_id,
            "waits": reaction.waits,
        }
    )


def _start_run(reaction: Reaction, listener: Listener, event: Event, input_data: dict[str, Any], user: Any) -> None:
    reaction.waits = False
    origin = Origin.ERROR if event.name in ENGINE_FAILURES else Origin.EVENT
    try:
        with transaction.atomic():
            run = _begin(listener, input_data, user, Cause(origin, depth=event.depth + 1))
    except DomainError as error:
        log.warning("reaction refused", event_id=str(event.pk), listener_id=str(listener.pk), code=error.code)
        reaction.outcome, reaction.details = Outcome.REFUSED, {"code": error.code, "message": str(error.message)}
    else:
        reaction.outcome, reaction.details, reaction.execution = Outcome.STARTED, {}, run


def _begin(listener: Listener, input_data: dict[str, Any], user: Any, cause: Cause) -> Execution:
    target = workflows.start_target(listener.workflow_id)
    first = _first_steps(target, listener.node_id)
    return start(target=target, user=user, input_data=input_data, cause=cause, first=first)[0]


def _first_steps(target: workflows.StartTarget, node_id: str) -> Resolution:
    graph = workflows.compiled(target.version_id)
    if node_id not in graph.roots:
        raise StepMissing(nodeIds=[node_id])
    return planner.initial_at(graph, node_id)
