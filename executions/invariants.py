"""What must never be true of a run. Looked for in production every minute (S8), and after every hard test.

Each fault is looked for without locks, then again under the run's lock, so that a run in motion is not suspected. Of
very many runs a look takes some: open ones in turn, and of those that have ended the newest.
"""

from __future__ import annotations

import uuid

import structlog
from django.db import transaction

from accounts import failpoints
from accounts.statements import hot_cursor
from executions import claims, failures, journal, transitions
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
SUSPECTS = FAULTS.format("e.id = ANY(%s)")
ONE = FAULTS.format("e.id = %s")

# The conditions are those of the indexes `execution_open` and `execution_finished`.
OPEN = "SELECT id FROM executions_execution WHERE finished_at IS NULL AND id > %s ORDER BY id LIMIT %s"
ENDED = """
SELECT id FROM executions_execution
WHERE finished_at IS NOT NULL AND finished_at > naryad_now() - interval '1 hour' ORDER BY finished_at DESC LIMIT %s
"""
MOST = 1000
FIRST = uuid.UUID(int=0)


class Patrol:
    """Looks at runs again and again; of the open ones each time at those after the last one that it has seen."""

    def __init__(self, *, most: int = MOST) -> None:
        self._most = most
        self._last = FIRST

    def repair(self) -> int:
        """Find runs that contradict themselves and bring each to a state that people can see; returns how many."""
        with hot_cursor() as cursor:
            opened = [row[0] for row in cursor.execute(OPEN, (self._last, self._most)).fetchall()]
            ended = [row[0] for row in cursor.execute(ENDED, (self._most,)).fetchall()]
            suspects = [row[0] for row in cursor.execute(SUSPECTS, (opened + ended,)).fetchall()]
        self._last = opened[-1] if len(opened) == self._most else FIRST
        failpoints.reach("repair.read_to_lock")
        return sum(_repair(execution_id) for execution_id in suspects)


def repair() -> int:
    """One look from the start, at up to `MOST` open runs and as many that have ended."""
    return Patrol().repair()


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
