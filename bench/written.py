"""What Naryad has written for its runs: the proof that every step was durable, and what that costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from uuid import UUID

import psycopg
from django.db.models import Min

from executions.models import Attempt, Execution, ExecutionEvent, Step, StepData

TRANSACTIONS = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint"


@dataclass(frozen=True)
class Rows:
    """Rows of some runs by kind. An ended step is one row, one attempt, its data by port and a line of the journal."""

    executions: int
    steps: int
    attempts: int
    data: int
    events: int


def rows_of(runs: Sequence[UUID]) -> Rows:
    """Count them in the tables of `executions`."""
    return Rows(
        executions=len(runs),
        steps=Step.objects.filter(execution__in=runs, finished_at__isnull=False).count(),
        attempts=Attempt.objects.filter(step__execution__in=runs).count(),
        data=StepData.objects.filter(step__execution__in=runs).count(),
        events=ExecutionEvent.objects.filter(execution__in=runs).count(),
    )


def transactions(connection: psycopg.Connection) -> int:
    """How many writing transactions the whole server has begun so far; a difference of two also counts heartbeats."""
    row = connection.execute(TRANSACTIONS).fetchone()
    assert row is not None
    return int(row[0])


def seconds_between(run: UUID, first: str, last: str) -> float:
    """From the claim of step `first` to the end of step `last`."""
    steps = {step.node_id: step for step in Step.objects.filter(execution=run, node_id__in=[first, last])}
    ended, began = steps[last].finished_at, steps[first].started_at
    assert ended is not None
    assert began is not None
    return float((ended - began).total_seconds())


def phases(runs: Sequence[UUID]) -> dict[str, float]:
    """Medians in ms by PostgreSQL's clock: from the run's row to its first claim, and from there to its end."""
    times = Execution.objects.filter(pk__in=runs).annotate(claimed=Min("steps__started_at"))
    rows = list(times.values_list("started_at", "claimed", "finished_at"))
    return {
        "pickup": round(median((claimed - started).total_seconds() for started, claimed, _ended in rows) * 1000, 2),
        "steps": round(median((ended - claimed).total_seconds() for _started, claimed, ended in rows) * 1000, 2),
    }
