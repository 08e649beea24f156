"""An event has been written: steps that wait for it are woken, and every listener is told of it once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

import structlog

from accounts.statements import HotStatement
from executions.models import Listener, Reaction
from executions.services import arrivals
from executions.services.reacting import crossings, dates, silences
from executions.services.reacting.analysing import analyse
from executions.services.reacting.beginning import react
from executions.services.reacting.first_times import began_with, happened_at
from integrations import events, safe_json
from integrations.event_names import heard_as
from integrations.events import Event

log = structlog.get_logger(__name__)

COLUMNS: Final = ("id", "project_id", "workflow_id", "node_id", "kind", "names", "address", "path", "since")
LISTENING: Final = HotStatement(
    f"SELECT {', '.join(COLUMNS)}, config::text FROM executions_listener "  # noqa: S608
    "WHERE project_id = %(project)s::bigint AND active AND names && %(names)s::varchar[] "
    "AND (%(since)s::timestamptz IS NULL OR since <= %(since)s::timestamptz) ORDER BY id"
)


def arrive(payload: dict[str, Any]) -> None:
    """The outbox's handler for `event.arrived`; told again, it does what is left.

    A listener that fails keeps no other from the event; the message is then tried again. Raises what it has failed by.
    """
    telling = int(payload.get("telling", 1))
    event = events.find(payload["eventId"])
    if event is None:
        return
    if telling == 1:
        arrivals.wake_waiting(event, after=payload.get("after"))
    if "after" in payload:
        return
    analyse(event)
    failure: Exception | None = None
    tasks = [(listener, partial(_tell, listener, event, telling)) for listener in listeners_of(event, telling)]
    if telling > 1:
        own = happened_at(event).filter(listener__active=True).order_by("id")
        tasks += [(line.listener, partial(_once_more, line, event, telling)) for line in own]
    for listener, task in tasks:
        try:
            task()
        except Exception as error:
            log.exception("listener could not be told", listener_id=str(listener.pk), event_id=str(event.pk))
            failure = error
    if failure is not None:
        raise failure


def _once_more(line: Reaction, event: Event, telling: int) -> None:
    """Start the run again with what it began with."""
    react(line.listener, event, telling=telling, input_data=began_with(line, event))


def listeners_of(event: Event, telling: int = 1) -> list[Listener]:
    """Who hears of it. What was published after the event hears of it only when it is told again."""
    values = {
        "project": event.project_id,
        "names": heard_as(event.name),
        "since": event.at if telling == 1 else None,
    }
    return [_listener(row) for row in LISTENING.rows(values)]


def _listener(row: Sequence[Any]) -> Listener:
    *columns, config = row
    return Listener(**dict(zip(COLUMNS, columns, strict=True)), config=safe_json.loads(config), active=True)


HEAR: Final[Mapping[str, Callable[[Listener, Event], None]]] = {
    "trigger-absence": silences.hear,
    "trigger-threshold": crossings.hear,
    "trigger-date": dates.hear,
}
"""Triggers that keep an event in mind instead of starting a run by it. What is told again they have counted already."""


def _tell(listener: Listener, event: Event, telling: int) -> None:
    hear = HEAR.get(listener.kind)
    if hear is None:
        react(listener, event, telling=telling)
    elif telling == 1:
        hear(listener, event)
