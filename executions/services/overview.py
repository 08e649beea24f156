"""The last day of runs at a glance: how many began in each hour and what became of them, and which workflows fail."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from django.db.models import Count
from django.db.models.functions import TruncHour

from accounts import clock
from executions.engine.states import OPEN_EXECUTION, ExecutionStatus, Origin
from executions.models import Execution
from workflows import services as workflows

HOURS: Final = 24
WORST: Final = 6

SUCCEEDED, FAILED, STOPPED, OPEN = "succeeded", "failed", "stopped", "open"
FATES: Final = (SUCCEEDED, FAILED, STOPPED, OPEN)
"""What becomes of a run: one of three ends, or it goes on."""


@dataclass(frozen=True)
class Hour:
    """The runs that began in the hour after `at`, by fate, without tests."""

    at: datetime
    runs: dict[str, int]


@dataclass(frozen=True)
class Trouble:
    """A workflow some of whose runs of the day have failed."""

    workflow_id: uuid.UUID
    code: str
    name: str
    failed: int
    total: int


@dataclass(frozen=True)
class Day:
    """`hours` in order, the last of them goes on; `troubles` are those with the most failed runs."""

    hours: list[Hour]
    troubles: list[Trouble] = field(default_factory=list)

    def total(self, fate: str) -> int:
        return sum(hour.runs[fate] for hour in self.hours)


def last_day(projects: Collection[int], *, zone: tzinfo = UTC) -> Day:
    """What has begun in these projects in the last 24 hours, by full hours of `zone`; one query, and one for names."""
    this = clock.read().astimezone(zone).replace(minute=0, second=0, microsecond=0)
    since = this - timedelta(hours=HOURS - 1)
    by_hour: defaultdict[datetime, dict[str, int]] = defaultdict(lambda: dict.fromkeys(FATES, 0))
    by_workflow: defaultdict[uuid.UUID, dict[str, int]] = defaultdict(lambda: dict.fromkeys(FATES, 0))
    for at, workflow, status, count in _counted(projects, since, zone):
        fate = OPEN if status in OPEN_EXECUTION else str(status)
        by_hour[at.astimezone(UTC)][fate] += count
        by_workflow[workflow][fate] += count
    moments = (since + timedelta(hours=number) for number in range(HOURS))
    return Day([Hour(at, by_hour[at.astimezone(UTC)]) for at in moments], list(_troubles(by_workflow)))


def _counted(
    projects: Collection[int], since: datetime, zone: tzinfo
) -> Iterable[tuple[datetime, uuid.UUID, ExecutionStatus, int]]:
    runs = Execution.objects.filter(project_id__in=projects, created_at__gte=since).exclude(origin=Origin.TEST)
    hours = (
        runs.order_by().annotate(hour=TruncHour("created_at", tzinfo=zone)).values_list("hour", "workflow_id", "status")
    )
    return hours.annotate(count=Count("id"))


def _troubles(by_workflow: dict[uuid.UUID, dict[str, int]]) -> Iterator[Trouble]:
    failing = [(runs[FAILED], workflow) for workflow, runs in by_workflow.items() if runs[FAILED]]
    worst = [workflow for _failed, workflow in sorted(failing, key=lambda one: -one[0])[:WORST]]
    names = workflows.names_of(worst)
    for workflow in worst:
        code, name = names[workflow]
        runs = by_workflow[workflow]
        yield Trouble(workflow, code, name, runs[FAILED], sum(runs.values()))
