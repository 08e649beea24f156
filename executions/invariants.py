"""What must never be true of a run. Looked for in production every minute (S8), and after every hard test.

Each fault is looked for without locks, then again under the run's lock, so that a run in motion is not suspected.
"""

from __future__ import annotations

import uuid

import structlog
from django.db import transaction

from accounts import failpoints
from executions import claims, failures, journal, transitions
from executions.cursor import hot_cursor
from executions.engine.states import ExecutionStatus
from executions.services.aftermath import tell
from executions.services.health import VIOLATIONS
from integrations import counters, safe_json

log = structlog.get_logger(__name__)

FAULTS = """
SELECT e.id, e.status, e.open_steps, s.open, s.moving
FROM executions_execution e
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE status NOT IN ('succeeded', 'failed', 'skipped', 'cancelled', 'dropped')) AS open,
        count(*) FILTER (WHERE status IN ('ready', 'held', 'delayed', 'waiting', 'running')) AS moving
    FROM executions_step WHERE execution_id = e.id
) AS s
WHERE {} AND (
    (e.finished_at IS NULL AND (s.open = 0 OR s.moving = 0 OR s.open <> e.open_steps))
    OR (e.finished_at IS NOT NULL AND s.open > 0)
)
"""
SUSPECTS = FAULTS.format("(e.finished_at IS NULL OR e.finished_at > naryad_now() - interval '1 hour')")
ONE = FAULTS.format("e.id = %s")


def repair() -> int:
    """Find runs that contradict themselves and bring each to a state that people can see; returns how many."""
    with hot_cursor() as cursor:
        suspects = [row[0] for row in cursor.execute(SUSPECTS).fetchall()]
    failpoints.reach("repair.read_to_lock")
    return sum(_repair(execution_id) for execution_id in suspects)


def _repair(execution_id: uuid.UUID) -> bool:
    with transaction.atomic():
        claims.lock_execution(execution_id)
        with hot_cursor() as cursor:
            row = cursor.execute(ONE, (execution_id,)).fetchone()
        if row is None:
            return False
        _id, status, counted, opened, moving = row
        counters.add(VIOLATIONS)
        log.error(
            "invariant violated",
            execution_id=str(execution_id),
            status=status,
            counted=counted,
            open_steps=opened,
            moving=moving,
        )
        _recount(execution_id, opened)
        if status in (ExecutionStatus.SUCCEEDED, ExecutionStatus.FAILED, ExecutionStatus.STOPPED):
            cancelled = transitions.cancel(execution_id, running=True)
            transitions.close(execution_id, closed=len(cancelled), next=status, final=status)
            tell(execution_id, journal.append(execution_id, cancelled))
        elif moving == 0:
            _fail_stuck(execution_id)
    return True


def _recount(execution_id: uuid.UUID, opened: int) -> None:
    with hot_cursor() as cursor:
        cursor.execute("UPDATE executions_execution SET open_steps = %s WHERE id = %s", (opened, execution_id))


def _fail_stuck(execution_id: uuid.UUID) -> None:
    error = failures.STUCK.as_json()
    cancelled = transitions.cancel(execution_id, running=True)
    failed = ExecutionStatus.FAILED
    transitions.close(execution_id, closed=len(cancelled), next=failed, final=failed, error=safe_json.dumps(error))
    line = journal.event("execution.failed", {"status": failed, "error": error}, level="error")
    tell(execution_id, journal.append(execution_id, [*cancelled, line]))
