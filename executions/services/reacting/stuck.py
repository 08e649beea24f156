"""Runs that take longer than their workflow usually does: each is told of once."""

from __future__ import annotations

from typing import Any, Final

from django.db import connection

from integrations import events

STUCK: Final = "process.stuck"
LEAST_SECONDS: Final = 60
TIMES_USUAL: Final = 2.0
LEAST_RUNS: Final = 10
"""Of fewer runs nobody knows what is usual."""
OF_RUNS: Final = 200
BATCH: Final = 100

# What waits on purpose, for a time or for somebody, is not stuck; nor is told of a reaction to a failure. What is usual
# is measured once for each workflow that has such runs.
LONGER_THAN_USUAL: Final = """
WITH going AS (
    SELECT e.id, e.project_id, e.workflow_id, extract(epoch FROM naryad_now() - e.started_at)::float8 AS seconds
    FROM executions_execution e
    WHERE e.finished_at IS NULL AND e.status = 'running' AND e.origin <> 'error'
        AND e.started_at < naryad_now() - make_interval(secs => %(least)s)
        AND NOT EXISTS (SELECT 1 FROM executions_step s WHERE s.execution_id = e.id AND s.status = 'waiting')
        AND NOT EXISTS (
            SELECT 1 FROM integrations_event v
            WHERE v.project_id = e.project_id AND v.name = %(name)s AND v.dedupe_key = e.id::text
        )
), usual AS (
    SELECT flow.workflow_id, past.runs, past.seconds
    FROM (SELECT DISTINCT workflow_id FROM going) flow
    CROSS JOIN LATERAL (
        SELECT count(*) AS runs, percentile_cont(0.95) WITHIN GROUP (ORDER BY f.seconds)::float8 AS seconds
        FROM (
            SELECT extract(epoch FROM finished_at - started_at) AS seconds FROM executions_execution
            WHERE workflow_id = flow.workflow_id AND status = 'succeeded' AND started_at IS NOT NULL
            ORDER BY created_at DESC LIMIT %(of)s
        ) f
    ) past
)
SELECT going.id, going.project_id, w.code, going.seconds, usual.seconds
FROM going JOIN usual USING (workflow_id) JOIN workflows_workflow w ON w.id = going.workflow_id
WHERE usual.runs >= %(runs)s AND going.seconds > usual.seconds * %(times)s
ORDER BY going.seconds DESC LIMIT %(batch)s
"""


def tell_of_stuck() -> int:
    """An event for each run that has been going on for more than twice its workflow's own p95; returns how many."""
    values: dict[str, Any] = {
        "of": OF_RUNS,
        "least": LEAST_SECONDS,
        "runs": LEAST_RUNS,
        "times": TIMES_USUAL,
        "name": STUCK,
    }
    with connection.cursor() as cursor:
        cursor.execute(LONGER_THAN_USUAL, {**values, "batch": BATCH})
        rows = cursor.fetchall()
    for run_id, project_id, code, seconds, usual in rows:
        events.emit(
            project_id=project_id,
            name=STUCK,
            subject=code,
            payload={
                "workflow": code,
                "executionId": str(run_id),
                "seconds": round(seconds, 1),
                "usualSeconds": round(usual, 3),
            },
            dedupe_key=str(run_id),
            source="executions",
        )
    return len(rows)
