"""Waking a step that waits: for an event, for the end of another run. Time wakes steps by itself, in `sweeps`."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.statements import hot_cursor
from executions import claims
from executions.engine.states import ExecutionStatus, StepStatus
from executions.services.aftermath import ring
from integrations import safe_json

# A step of a paused run is woken too: it is held, and goes on when the run is resumed.
WAKE = """
UPDATE executions_step
SET status = %(status)s::text, wake = coalesce(wake, '{}'::jsonb) || %(by)s::jsonb,
    available_at = NULL, wait_event = NULL, wait_subject = NULL, wait_reason = NULL,
    rank_at = naryad_now() - make_interval(secs => priority * 30),
    rung_at = CASE WHEN %(status)s::text = 'ready' THEN naryad_now() ELSE rung_at END
WHERE id = %(step)s::uuid AND execution_id = %(execution)s::uuid AND status = 'waiting'
    AND (%(fence)s::bigint IS NULL OR fence = %(fence)s::bigint)
RETURNING queue
"""


def wake(*, execution_id: uuid.UUID, step_id: uuid.UUID, by: Mapping[str, Any], fence: int | None = None) -> bool:
    """End a step's waiting; False when it does not wait any more, or nothing goes on in its run.

    `by` says how the step goes on when it is claimed again, as `runner` reads it: `{"by": "event", "payload": {…}}`
    lets the payload leave by the port that the node has named for the event. With `fence` only the wait that began
    under this claim is ended, not one that the step has begun after a retry. Again: no change. Joins the caller's
    transaction, or is one of its own.
    """
    with transaction.atomic():
        gate = _GATES.get(claims.lock_execution(execution_id))
        if gate is None:
            return False
        places = {
            "execution": execution_id,
            "step": step_id,
            "status": gate,
            "fence": fence,
            "by": safe_json.dumps(by),
        }
        with hot_cursor() as cursor:
            row = cursor.execute(WAKE, places).fetchone()
        if row is not None and gate is StepStatus.READY:
            ring(row[0], 1)
    return row is not None


_GATES: Mapping[str | None, StepStatus] = {
    ExecutionStatus.RUNNING: StepStatus.READY,
    ExecutionStatus.PAUSED: StepStatus.HELD,
}
"""What becomes of the step in a run of this status; nothing goes on in any other."""
