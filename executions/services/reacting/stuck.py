"""Runs that take longer than their workflow usually does, or wait for each other in a circle: each is told of once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.db import connection
from django.db.models import CharField, Exists, OuterRef
from django.db.models.functions import Cast

from accounts import clock
from executions.engine.states import ExecutionStatus
from executions.models import Execution
from executions.services.circles import circle
from integrations import events
from integrations.events import Event

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
    """An event for each run that has been going on for more than twice its workflow's own p95, or that stands in line
    for a place whose holder waits for it in its turn; returns how many.
    """
    return _tell_of_slow() + _tell_of_circles()


def _tell_of_slow() -> int:
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
                "reason": "slow",
            },
            dedupe_key=str(run_id),
            source="executions",
        )
    return len(rows)


def _tell_of_circles() -> int:
    """Only a run that another one awaits can close a circle; of those in line the oldest are looked at."""
    known = Event.objects.filter(
        project_id=OuterRef("project_id"), name=STUCK, dedupe_key=Cast(OuterRef("pk"), CharField())
    )
    now = clock.read()
    waiting = Execution.objects.filter(
        status=ExecutionStatus.QUEUED,
        finished_at=None,
        awaited=True,
        created_at__lt=now - timedelta(seconds=LEAST_SECONDS),
    )
    found = waiting.filter(~Exists(known)).select_related("workflow").order_by("created_at")[:BATCH]
    stuck = [run for run in found if circle(run)]
    for run in stuck:
        events.emit(
            project_id=run.project_id,
            name=STUCK,
            subject=run.workflow.code,
            payload={
                "workflow": run.workflow.code,
                "executionId": str(run.pk),
                "seconds": round((now - run.created_at).total_seconds(), 1),
                "reason": "circle",
            },
            dedupe_key=str(run.pk),
            source="executions",
        )
    return len(stuck)
