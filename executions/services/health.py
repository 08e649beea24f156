"""How the engine is: what waits, who works, what went wrong. A handful of queries, for a look now and then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection
from django.db.models import Count

from accounts import clock
from accounts.clock import Now
from accounts.statements import hot_cursor
from executions.engine.placement import CPU, IO
from executions.engine.states import OPEN_EXECUTION, ExecutionStatus, StepStatus
from executions.models import Execution, Step, Worker
from executions.services.dead_letters import Choice, oldest
from executions.services.guards import live_workers
from integrations import counters

VIOLATIONS: Final = "invariant_violations"
"""The counter of runs that contradicted themselves."""
A_DAY: Final = timedelta(hours=24)
MOVING: Final = (StepStatus.READY, StepStatus.RUNNING, StepStatus.DELAYED, StepStatus.WAITING)


@dataclass(frozen=True)
class Queue:
    """One queue of the engine: its ready steps, since when the first of them is ready, and who serves it."""

    name: str
    ready: int
    ready_since: datetime | None
    workers: int
    slots: int


@dataclass(frozen=True)
class Health:
    """The engine at `at`. `recent` are the runs of the last 24 hours by state, `violations` None without Valkey."""

    at: datetime
    queues: list[Queue]
    runs: dict[str, int]
    recent: dict[str, int]
    steps: dict[str, int]
    letters: int
    oldest_letter_at: datetime | None
    violations: int | None
    workers: list[Worker]
    database_bytes: int


def engine_health() -> Health:
    """Look at the whole installation."""
    workers = live_workers()
    letters, oldest_letter_at = oldest(None, Choice())
    return Health(
        at=clock.read(),
        queues=_queues(workers),
        runs=_by_status(OPEN_EXECUTION, finished_at=None),
        recent=_by_status(ExecutionStatus, created_at__gt=Now() - A_DAY),
        steps=_steps(),
        letters=letters,
        oldest_letter_at=oldest_letter_at,
        violations=counters.read(VIOLATIONS),
        workers=workers,
        database_bytes=_database_bytes(),
    )


# A rank is the time of becoming ready, moved by the priority.
READY = """
SELECT queue, count(*), min(rank_at + make_interval(secs => priority * 30))
FROM executions_step WHERE status = 'ready' GROUP BY queue
"""


def queues() -> list[Queue]:
    """The engine's queues as they are now."""
    return _queues(live_workers())


def ready_since() -> dict[str, datetime | None]:
    """Since when the longest waiting step of each queue of the engine is ready; None where none is."""
    with hot_cursor() as cursor:
        ready = {queue: since for queue, _count, since in cursor.execute(READY).fetchall()}
    return {queue: ready.get(queue) for queue in (IO, CPU)}


def _queues(workers: list[Worker]) -> list[Queue]:
    with hot_cursor() as cursor:
        ready = {queue: (count, since) for queue, count, since in cursor.execute(READY).fetchall()}
    names = sorted({IO, CPU, *ready, *(queue for worker in workers for queue in worker.queues)})
    serving = {name: [worker for worker in workers if name in worker.queues] for name in names}
    return [
        Queue(name, *ready.get(name, (0, None)), len(serving[name]), sum(worker.slots for worker in serving[name]))
        for name in names
    ]


def _by_status(statuses: frozenset[ExecutionStatus] | type[ExecutionStatus], **lookups: object) -> dict[str, int]:
    rows = Execution.objects.filter(**lookups).order_by().values("status").annotate(count=Count("id"))
    counted = dict(rows.values_list("status", "count"))
    return {status.value: counted.get(status.value, 0) for status in ExecutionStatus if status in statuses}


def _steps() -> dict[str, int]:
    return {status.value: Step.objects.filter(status=status).count() for status in MOVING}


def _database_bytes() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        size: int = cursor.fetchone()[0]
    return size
