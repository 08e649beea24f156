"""Starts that came too often: what may wait is begun later by itself, in order, each once. Called by the ticker.

The lines about the events are the queue. Per listener one ticker at a time begins what waits, the oldest first, each
run with its line in one transaction of their own; a line that is new waits behind those that wait already.
"""

from __future__ import annotations

import uuid
from typing import Any, Final

import structlog
from django.db import InterfaceError, OperationalError, transaction

from accounts.statements import hot_cursor
from executions.models import Listener, Reaction
from executions.services.reacting.beginning import give_up, start_now
from executions.services.reacting.first_times import began_with, happened_at

log = structlog.get_logger(__name__)

BATCH: Final = 200
"""Runs of one listener that one look begins."""
DEFECT: Final = "defect"
LOCK: Final = "SELECT pg_try_advisory_xact_lock(hashtextextended('react:' || %s::text, 0))"


def start_waiting(most: int = BATCH) -> int:
    """S18: begin what waits, at most `most` runs of each listener, as far as there is room; returns how many."""
    listeners = Reaction.objects.filter(waits=True).order_by("listener").values_list("listener", flat=True).distinct()
    return sum(_start_of(listener_id, most) for listener_id in list(listeners))


def waits_at(listener: Listener) -> bool:
    """Whether something that has come to the listener waits to be started."""
    return Reaction.objects.filter(listener=listener, waits=True).exists()


def _start_of(listener_id: uuid.UUID, most: int) -> int:
    started = 0
    while started < most and _start_next(listener_id):
        started += 1
    return started


def _start_next(listener_id: uuid.UUID) -> bool:
    """Begin the oldest one; False when there is none, no room, or another ticker is at it."""
    line: Reaction | None = None
    try:
        with transaction.atomic():
            line = _next(listener_id)
            return line is not None and start_now(line, input_data=_input_of(line))
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("waiting start failed", listener_id=str(listener_id))
    return line is not None and _gave_up(line.pk, listener_id)


def _gave_up(line_id: int, listener_id: uuid.UUID) -> bool:
    """What cannot be started must not keep those behind it for ever. False when another ticker has seen to it."""
    with transaction.atomic():
        line = _next(listener_id)
        if line is None or line.pk != line_id:
            return False
        give_up(line, code=DEFECT)
    return True


def _next(listener_id: uuid.UUID) -> Reaction | None:
    """The oldest line that waits, held; None when there is none or somebody else has it."""
    with hot_cursor() as cursor:
        row = cursor.execute(LOCK, (listener_id,)).fetchone()
    if row is None or not row[0]:
        return None
    lines = Reaction.objects.filter(listener=listener_id, waits=True).select_related("listener", "event")
    return lines.select_for_update(no_key=True, of=("self",)).order_by("id").first()


def _input_of(line: Reaction) -> dict[str, Any] | None:
    """What the run begins with; None: the event."""
    if line.telling == 1:
        return None
    first = happened_at(line.event).filter(listener=line.listener_id).first()
    return None if first is None else began_with(first, line.event)
