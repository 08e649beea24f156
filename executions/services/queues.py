"""What stands in the queues, row by row, for the people who look after them: a page's worth of each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Count, QuerySet

from executions.engine.states import StepStatus
from executions.models import Step, Worker
from executions.services.dead_letters import Choice, dead_messages, dead_steps, letters, oldest

PAGE: Final = 50


@dataclass(frozen=True)
class Letter:
    """A dead letter; `run` and `label` are of a step, `topic` of a message. `error` is as it was written."""

    kind: str
    id: Any
    died_at: datetime
    error: dict[str, Any] | None
    tries: int
    run: Any = None
    label: str = ""
    topic: str = ""
    workflow: str = ""


def running(projects: Collection[int]) -> QuerySet[Step]:
    """Steps that workers have in hand, the oldest first."""
    return _shown(projects, StepStatus.RUNNING).order_by("started_at")[:PAGE]


def delayed(projects: Collection[int]) -> QuerySet[Step]:
    """Steps that wait for their next try or for a time, the next one first."""
    waiting = _shown(projects, StepStatus.DELAYED, StepStatus.WAITING)
    return waiting.filter(available_at__isnull=False).order_by("available_at")[:PAGE]


def counted(projects: Collection[int]) -> dict[str, dict[str, int]]:
    """`{queue: {state: steps}}` of running, delayed and waiting steps."""
    moving = (StepStatus.RUNNING, StepStatus.DELAYED, StepStatus.WAITING)
    found: dict[str, dict[str, int]] = {}
    for status in moving:  # one at a time: each state has its own small index
        rows = Step.objects.filter(status=status, execution__project_id__in=projects).order_by().values("queue")
        for row in rows.annotate(count=Count("id")):
            found.setdefault(row["queue"], {})[status.value] = row["count"]
    return found


def workers() -> QuerySet[Worker]:
    """Every worker that has not been forgotten yet, also those that are silent."""
    return Worker.objects.order_by("id")


def failed(projects: Collection[int]) -> tuple[list[Letter], int, datetime | None]:
    """The newest dead letters, how many there are, and when the oldest died."""
    rows = list(letters(projects, Choice())[:PAGE])
    count, oldest_at = oldest(projects, Choice())
    ids = frozenset(row["id"] for row in rows)
    steps = dead_steps(projects, Choice(ids=ids)).select_related("execution__workflow")
    known: dict[Any, Letter] = {step.pk: _of_step(step) for step in steps.defer("progress", "wake")}
    for message in dead_messages(projects, Choice(ids=ids)):
        known[message.pk] = Letter(
            "message", message.pk, message.finished_at, message.error, message.tries, topic=message.topic
        )
    return [known[row["id"]] for row in rows if row["id"] in known], count, oldest_at


def _of_step(step: Step) -> Letter:
    assert step.finished_at is not None  # noqa: S101 - it has failed
    return Letter(
        "step",
        step.pk,
        step.finished_at,
        step.error,
        step.tries,
        run=step.execution_id,
        label=step.label,
        workflow=str(step.execution.workflow),
    )


def _shown(projects: Collection[int], *statuses: StepStatus) -> QuerySet[Step]:
    steps = Step.objects.filter(status__in=statuses, execution__project_id__in=projects)
    return steps.select_related("execution__workflow").defer("progress", "wake")
