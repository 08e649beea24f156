"""Moves of many steps of one run at once: cancel, hold, release. Each needs the run's lock."""

from __future__ import annotations

import uuid
from typing import Any

from accounts.statements import hot_cursor
from executions.engine.events import Event
from integrations import safe_json

CANCEL = """
WITH before AS (
    SELECT id, status, leased_by FROM executions_step WHERE execution_id = %(execution)s AND status = ANY(
        CASE WHEN %(running)s::bool THEN '{pending,ready,held,delayed,waiting,running}'::text[]
             ELSE '{pending,ready,held,delayed,waiting}'::text[] END) FOR NO KEY UPDATE
), step AS (
    UPDATE executions_step s
    SET status = 'cancelled', finished_at = naryad_clock(), leased_by = NULL, lease_expires_at = NULL,
        wait_reason = NULL, wake = NULL
    FROM before
    WHERE s.id = before.id
    RETURNING s.*, before.status AS was, before.leased_by AS worker
), attempt AS (
    INSERT INTO executions_attempt (step_id, fence, epoch, number, worker, outcome, started_at, ended_at)
    SELECT id, fence, epoch, attempt, worker, 'cancelled', started_at, naryad_clock() FROM step WHERE was = 'running'
)
SELECT id, node_id, label, attempt, was FROM step ORDER BY position
"""


def cancel(execution_id: uuid.UUID, *, running: bool) -> list[Event]:
    """Cancel every open step, those that run only if `running`; returns a journal line for each."""
    with hot_cursor() as cursor:
        rows = cursor.execute(CANCEL, {"execution": execution_id, "running": running}).fetchall()
    return [Event("step.cancelled", safe_json.dumps(_cancelled(*row)), "warning", row[0]) for row in rows]


def _cancelled(step_id: uuid.UUID, node_id: str, label: str, attempt: int, was: str) -> dict[str, Any]:
    return {
        "stepId": step_id,
        "nodeId": node_id,
        "label": label,
        "status": "cancelled",
        "attempt": attempt,
        "was": was,
    }


HOLD = """
UPDATE executions_step SET status = 'held' WHERE execution_id = %s AND status IN ('ready', 'delayed')
"""


def hold(execution_id: uuid.UUID) -> None:
    """Park what could start. A claim in flight holds its row, so this waits for it: that start came before."""
    with hot_cursor() as cursor:
        cursor.execute(HOLD, (execution_id,))


RELEASE = """
WITH held AS (
    SELECT id, row_number() OVER (ORDER BY position, scope) AS place
    FROM executions_step WHERE execution_id = %s AND status = 'held'
)
UPDATE executions_step s
SET status = CASE WHEN s.available_at > naryad_now() THEN 'delayed' ELSE 'ready' END,
    rank_at = naryad_now() - make_interval(secs => s.priority * 30 - held.place * 0.02),
    rung_at = CASE WHEN s.available_at > naryad_now() THEN s.rung_at ELSE naryad_now() END
FROM held WHERE s.id = held.id AND s.status = 'held'
RETURNING s.queue, s.status
"""


def release(execution_id: uuid.UUID) -> dict[str, int]:
    """Let go what was held, in the order of the definition; returns the number of ready steps by queue."""
    ready: dict[str, int] = {}
    with hot_cursor() as cursor:
        for queue, status in cursor.execute(RELEASE, (execution_id,)).fetchall():
            if status == "ready":
                ready[queue] = ready.get(queue, 0) + 1
    return ready


FINISH = """
UPDATE executions_execution
SET status = CASE WHEN open_steps - %(closed)s::int = 0 THEN %(final)s::text ELSE %(next)s::text END,
    open_steps = open_steps - %(closed)s::int,
    finished_at = CASE WHEN open_steps - %(closed)s::int = 0 THEN naryad_clock() END,
    error = coalesce(error, %(error)s::jsonb),
    aftercare = aftercare OR (open_steps - %(closed)s::int = 0 AND %(final)s::text = 'failed')
WHERE id = %(execution)s
RETURNING open_steps = 0
"""


def close(execution_id: uuid.UUID, *, closed: int, next: str, final: str, error: str | None = None) -> bool:
    """Count `closed` steps as ended and set the run's status: `final` when none is open any more, else `next`.

    Returns whether the run has ended.
    """
    with hot_cursor() as cursor:
        row = cursor.execute(
            FINISH, {"execution": execution_id, "closed": closed, "next": next, "final": final, "error": error}
        ).fetchone()
    return bool(row and row[0])
