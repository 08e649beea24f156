"""Concurrency limits: how many runs of a workflow may be going on at once, over all or for each key.

A run holds a `Slot` from its admission to its end, also while it is paused. Slots are counted under an advisory lock
of workflow and key, which is taken after the run's own row. A start beyond the limit waits as `queued` with its first
steps held, is recorded as stopped, or is refused, as the workflow's settings say.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import DateTimeField, ExpressionWrapper, F, QuerySet

from accounts import failpoints
from accounts.clock import Clock
from accounts.statements import hot_cursor
from executions import failures, journal, transitions
from executions.engine.states import ExecutionStatus
from executions.errors import ConcurrencyLimit
from executions.models import Execution, Slot
from executions.services.aftermath import ring, tell
from executions.services.control import fail, reach_children
from workflows import services as workflows
from workflows.graph import expressions
from workflows.graph.settings import Concurrency
from workflows.items.outputs import Seen, Shared

log = structlog.get_logger(__name__)

KEY_LENGTH: Final = 200
BATCH: Final = 200


class Entry(StrEnum):
    """What becomes of a run that wants to begin."""

    ADMITTED = "admitted"
    QUEUED = "queued"
    DROPPED = "dropped"


@dataclass(frozen=True)
class Turn:
    """The answer to a run that wants to begin; `slot` says that it needs one."""

    entry: Entry = Entry.ADMITTED
    key: str = ""
    slot: bool = False


def key_of(concurrency: Concurrency, input_data: Mapping[str, Any]) -> str:
    """The key of a run with this input. A longer one than the column holds is told apart by its hash."""
    scope = {"$json": input_data, expressions.INPUT: Seen(Shared([input_data]), 0)}
    value = expressions.render(concurrency.key, {**scope, "$execution": {"inputData": input_data}})
    text = "" if value is None else str(value)
    if len(text) <= KEY_LENGTH and text.isprintable():
        return text
    return "sha256:" + hashlib.sha256(text.encode(errors="replace")).hexdigest()


def enter(
    concurrency: Concurrency | None, *, workflow_id: uuid.UUID, input_data: Any, awaited_by: uuid.UUID | None
) -> Turn:
    """Ask for a place for a new run, which is written in the same transaction. `awaited_by` is the step that waits.

    Raises `ConcurrencyLimit` where the workflow says so.
    """
    if concurrency is None:
        return Turn()
    key = key_of(concurrency, input_data)
    if awaited_by is not None and _held_above(awaited_by, workflow_id, key):
        return Turn(key=key)
    if _has_room(concurrency, workflow_id, key):
        return Turn(key=key, slot=True)
    if concurrency.when_full == "fail":
        raise ConcurrencyLimit(limit=concurrency.limit, key=key)
    return Turn(Entry.QUEUED if concurrency.when_full == "queue" else Entry.DROPPED, key)


def enter_again(execution: Execution, concurrency: Concurrency | None) -> Entry:
    """Ask for a place for a run that has ended and shall go on. Needs its lock.

    Nobody's retry is dropped: where a new run would be, it is refused with `ConcurrencyLimit`.
    """
    if concurrency is None or Slot.objects.filter(execution=execution).exists():
        return Entry.ADMITTED
    if _has_room(concurrency, execution.workflow_id, execution.concurrency_key):
        take(execution.pk, execution.workflow_id, execution.concurrency_key)
        return Entry.ADMITTED
    if concurrency.when_full == "queue":
        return Entry.QUEUED
    raise ConcurrencyLimit(limit=concurrency.limit, key=execution.concurrency_key)


def take(execution_id: uuid.UUID, workflow_id: uuid.UUID, key: str) -> None:
    """Write the run's slot, for which there is room. Needs the advisory lock."""
    Slot.objects.create(execution_id=execution_id, workflow_id=workflow_id, key=key)


def leave(execution_id: uuid.UUID) -> None:
    """Give the run's slot back, and let others in after the commit. Needs the run's lock."""
    slot = Slot.objects.filter(execution=execution_id).first()
    if slot is not None:
        slot.delete()
        transaction.on_commit(lambda: _admit_surely(slot.workflow_id, slot.key))


def in_line(workflow_id: uuid.UUID, key: str) -> QuerySet[Execution]:
    """The runs that wait for a place, the next one first.

    It is the order in which steps are claimed: half a minute of waiting weighs as much as one step of priority.
    """
    rank = ExpressionWrapper(F("created_at") - F("priority") * timedelta(seconds=30), DateTimeField())
    queued = Execution.objects.filter(workflow=workflow_id, concurrency_key=key, status=ExecutionStatus.QUEUED)
    return queued.order_by(rank, "id")


def admit(workflow_id: uuid.UUID, key: str) -> int:
    """Let in those that wait for this workflow and key, as far as there is room; returns how many."""
    admitted = 0
    while _admit_next(workflow_id, key):
        admitted += 1
    return admitted


def admit_waiting() -> int:
    """S12, for the ticker: let in whoever waits although there is room; returns how many."""
    queued = Execution.objects.filter(status=ExecutionStatus.QUEUED)
    places = queued.order_by("workflow_id").values_list("workflow_id", "concurrency_key").distinct()[:BATCH]
    return sum(admit(workflow_id, key) for workflow_id, key in list(places))


def _admit_surely(workflow_id: uuid.UUID, key: str) -> None:
    """Nobody waits for this answer; whoever cannot be let in now is let in by the ticker."""
    try:
        admit(workflow_id, key)
    except (OperationalError, InterfaceError) as error:
        log.warning("runs could not be let in, the ticker will", workflow_id=str(workflow_id), error=str(error))


LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('slot:' || %s::text || ':' || %s::text, 0))"

TAKEN = """
SELECT (SELECT count(*) FROM executions_slot WHERE workflow_id = %(workflow)s AND key = %(key)s),
    EXISTS (SELECT 1 FROM executions_execution
        WHERE workflow_id = %(workflow)s AND concurrency_key = %(key)s AND status = 'queued')
"""


def _has_room(concurrency: Concurrency, workflow_id: uuid.UUID, key: str) -> bool:
    """Whether a slot is free and nobody waits for it already. Takes the advisory lock."""
    with hot_cursor() as cursor:
        cursor.execute(LOCK, (workflow_id, key))
        row = cursor.execute(TAKEN, {"workflow": workflow_id, "key": key}).fetchone()
    taken, others_wait = row or (0, False)
    if others_wait and taken < concurrency.limit:
        transaction.on_commit(lambda: _admit_surely(workflow_id, key))
    return taken < concurrency.limit and not others_wait


# A run whose step waits for this one, or one above that, stands under the same limit already: to wait for it would be
# to wait for oneself.
HELD_ABOVE = """
WITH RECURSIVE above AS (
    SELECT execution_id FROM executions_step WHERE id = %(step)s
    UNION ALL
    SELECT s.execution_id
    FROM above JOIN executions_execution e ON e.id = above.execution_id AND e.awaited
        JOIN executions_step s ON s.id = e.parent_step_id
)
SELECT EXISTS (
    SELECT 1 FROM above JOIN executions_slot slot ON slot.execution_id = above.execution_id
    WHERE slot.workflow_id = %(workflow)s AND slot.key = %(key)s
)
"""


def _held_above(step_id: uuid.UUID, workflow_id: uuid.UUID, key: str) -> bool:
    with hot_cursor() as cursor:
        row = cursor.execute(HELD_ABOVE, {"step": step_id, "workflow": workflow_id, "key": key}).fetchone()
    return bool(row and row[0])


def _admit_next(workflow_id: uuid.UUID, key: str) -> bool:
    broken: uuid.UUID | None = None
    with transaction.atomic():
        with hot_cursor() as cursor:
            cursor.execute(LOCK, (workflow_id, key))
        failpoints.reach("admission.locked")
        execution = in_line(workflow_id, key).select_for_update(skip_locked=True, no_key=True).first()
        if execution is None:
            return False
        try:
            settings = workflows.compiled(execution.version_id).settings
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("version can no longer be run", version_id=str(execution.version_id))
            broken = execution.pk
        else:
            limit = settings.concurrency.limit if settings.concurrency else None
            if limit is not None and Slot.objects.filter(workflow=workflow_id, key=key).count() >= limit:
                return False
            _let_in(execution, settings.deadline_seconds)
    return fail(execution_id=broken, failure=failures.version_broken("")) if broken else True


def _let_in(execution: Execution, deadline_seconds: float | None) -> None:
    take(execution.pk, execution.workflow_id, execution.concurrency_key)
    deadline = None if deadline_seconds is None else Clock() + timedelta(seconds=deadline_seconds)
    Execution.objects.filter(id=execution.pk).update(
        status=ExecutionStatus.RUNNING, started_at=Clock(), deadline_at=deadline, aftercare=True
    )
    line = journal.event("execution.started", {"status": ExecutionStatus.RUNNING, "priority": execution.priority})
    tell(execution.pk, journal.append(execution.pk, [line]))
    if execution.awaited and execution.parent_step is not None:  # a pause of that one has passed by who was in line
        reach_children(execution.parent_step.execution_id)
    for queue, count in transitions.release(execution.pk).items():
        ring(queue, count)
    log.info("run let in", execution_id=str(execution.pk), workflow_id=str(execution.workflow_id))
