"""Forgetting finished runs whose time is over: few at once, whole runs only, never one that is open or paused."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction

from accounts import failpoints
from accounts.statements import hot_cursor
from workflows import services as workflows

BATCH_RUNS: Final = 200
BATCH_LINES: Final = 10_000
"""Journal lines of the runs in one transaction: a measure of how many rows it deletes, without counting them."""
TICK_RUNS: Final = 5_000
TICK_SECONDS: Final = 3.0

OLD = """
SELECT old.id, old.finished_at, old.event_seq
FROM unnest(%(workflows)s::uuid[], %(days)s::float8[]) AS kept(workflow, days)
CROSS JOIN LATERAL (
    SELECT e.id, e.finished_at, e.event_seq FROM executions_execution e
    WHERE e.workflow_id = kept.workflow AND NOT e.aftercare
        AND e.created_at < naryad_now() - make_interval(secs => kept.days * 86400)
        AND e.finished_at < naryad_now() - make_interval(secs => kept.days * 86400)
        AND NOT EXISTS (
            SELECT 1 FROM executions_step s JOIN executions_execution parent ON parent.id = s.execution_id
            WHERE s.id = e.parent_step_id AND parent.finished_at IS NULL
        )
        AND NOT EXISTS (
            SELECT 1 FROM executions_idempotencykey k WHERE k.execution_id = e.id AND k.expires_at > naryad_now()
        )
    ORDER BY e.created_at LIMIT %(limit)s
) AS old
LIMIT %(limit)s
"""

# The end of a run is told from the child to the parent, so children are locked first here too. A parent whose child
# somebody holds is left for later.
BUSY = """
WITH child AS (
    SELECT c.id, s.execution_id AS parent FROM executions_step s
    JOIN executions_execution c ON c.parent_step_id = s.id WHERE s.execution_id = ANY(%(ids)s::uuid[])
), held AS (
    SELECT c.id FROM executions_execution c JOIN child ON child.id = c.id FOR NO KEY UPDATE OF c SKIP LOCKED
)
SELECT DISTINCT parent FROM child WHERE id NOT IN (SELECT id FROM held)
"""

# A run that somebody has retried since has another end, or none.
LOCKED = """
SELECT e.id FROM executions_execution e
JOIN unnest(%(ids)s::uuid[], %(ends)s::timestamptz[]) AS old(id, finished_at)
    ON old.id = e.id AND old.finished_at = e.finished_at
WHERE e.status IN ('succeeded', 'failed', 'stopped') AND NOT e.aftercare
FOR UPDATE OF e SKIP LOCKED
"""

DELETIONS: Final[dict[str, str]] = {
    "executions_stepdata.step_id": """
        DELETE FROM executions_stepdata t USING executions_step s
        WHERE t.step_id = s.id AND s.execution_id = ANY(%(runs)s)""",
    "executions_attempt.step_id": """
        DELETE FROM executions_attempt t USING executions_step s
        WHERE t.step_id = s.id AND s.execution_id = ANY(%(runs)s)""",
    "executions_deadletterresolution.step_id": """
        DELETE FROM executions_deadletterresolution t USING executions_step s
        WHERE t.step_id = s.id AND s.execution_id = ANY(%(runs)s)""",
    "executions_execution.parent_step_id": """
        UPDATE executions_execution t SET parent_step_id = NULL FROM executions_step s
        WHERE t.parent_step_id = s.id AND s.execution_id = ANY(%(runs)s)""",
    "executions_execution.retry_of_id": """
        UPDATE executions_execution SET retry_of_id = NULL WHERE retry_of_id = ANY(%(runs)s)""",
    "executions_schedulefire.execution_id": """
        UPDATE executions_schedulefire SET execution_id = NULL WHERE execution_id = ANY(%(runs)s)""",
    "executions_reaction.execution_id": """
        UPDATE executions_reaction SET execution_id = NULL WHERE execution_id = ANY(%(runs)s)""",
    "executions_runanswer.execution_id": "DELETE FROM executions_runanswer WHERE execution_id = ANY(%(runs)s)",
    "executions_sideeffect.execution_id": "DELETE FROM executions_sideeffect WHERE execution_id = ANY(%(runs)s)",
    "executions_executionevent.execution_id": """
        DELETE FROM executions_executionevent WHERE execution_id = ANY(%(runs)s)""",
    "executions_looppass.execution_id": "DELETE FROM executions_looppass WHERE execution_id = ANY(%(runs)s)",
    "executions_slot.execution_id": "DELETE FROM executions_slot WHERE execution_id = ANY(%(runs)s)",
    "executions_idempotencykey.execution_id": """
        DELETE FROM executions_idempotencykey WHERE execution_id = ANY(%(runs)s)""",
    "executions_step.execution_id": "DELETE FROM executions_step WHERE execution_id = ANY(%(runs)s)",
}
"""What is done to each column that points at a run or at a step, in this order; the runs themselves come last."""


def prune_finished(*, most: int = TICK_RUNS, batch_runs: int = BATCH_RUNS, batch_lines: int = BATCH_LINES) -> int:
    """Delete finished runs whose time is over, the oldest of each workflow first, about `most`; returns how many.

    One transaction deletes `batch_runs` with `batch_lines` journal lines together, or one run of more lines.
    A workflow's `settings.retentionDays` counts, else `EXECUTION_RETENTION_DAYS`; 0 keeps its runs for ever.
    """
    default = float(settings.EXECUTION_RETENTION_DAYS)
    said = {workflow: default if days is None else days for workflow, days in workflows.retention_days().items()}
    terms = {workflow: days for workflow, days in said.items() if days > 0}
    end = time.monotonic() + TICK_SECONDS
    pruned = 0
    while pruned < most and time.monotonic() < end:
        batch = _next_batch(terms, batch_runs, batch_lines)
        failpoints.reach("prune.read_to_lock")
        gone = _delete(batch) if batch else 0
        pruned += gone
        if gone < len(batch) or not batch:  # the others are held by somebody, who would be met again at once
            break
    return pruned


def _next_batch(terms: dict[uuid.UUID, float], runs: int, most_lines: int) -> list[tuple[uuid.UUID, datetime]]:
    places = {"workflows": list(terms), "days": list(terms.values()), "limit": runs}
    with hot_cursor() as cursor:
        rows = cursor.execute(OLD, places).fetchall()
    batch: list[tuple[uuid.UUID, datetime]] = []
    lines = 0
    for run, finished_at, seq in rows:
        lines += seq
        if batch and lines > most_lines:
            break
        batch.append((run, finished_at))
    return batch


def _delete(batch: Sequence[tuple[uuid.UUID, datetime]]) -> int:
    with transaction.atomic(), hot_cursor() as cursor:
        ids = [run for run, _end in batch]
        busy = {row[0] for row in cursor.execute(BUSY, {"ids": ids}).fetchall()}
        left = [(run, end) for run, end in batch if run not in busy]
        places = {"ids": [run for run, _end in left], "ends": [end for _run, end in left]}
        runs = [row[0] for row in cursor.execute(LOCKED, places).fetchall()]
        if runs:
            for statement in DELETIONS.values():
                cursor.execute(statement, {"runs": runs})
            cursor.execute("DELETE FROM executions_execution WHERE id = ANY(%(runs)s)", {"runs": runs})
    return len(runs)
