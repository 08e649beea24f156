"""Schedules for tests, and time that passes for them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from accounts import clock
from accounts.models import User
from executions.models import Execution, ScheduleFire, Trigger
from executions.services import scheduling
from integrations import safe_json
from tests.integration.executions import driving
from workflows import services as workflows
from workflows.models import Workflow

MINUTE = timedelta(minutes=1)


def definition(*schedules: dict[str, Any]) -> dict[str, Any]:
    """Each schedule leads to a step of its own: `every-0` → `work-0`."""
    nodes: list[driving.NodeSpec] = []
    for place, config in enumerate(schedules):
        nodes += [(f"every-{place}", "trigger-schedule", {"config": config}), (f"work-{place}", "noop")]
    return driving.definition(nodes, [(f"every-{place}", f"work-{place}") for place in range(len(schedules))])


def scheduled(user: User, *schedules: dict[str, Any]) -> Workflow:
    """A published workflow with these schedules."""
    flow: Workflow = driving.workflow(user, definition(*schedules))
    return flow


def replace(flow: Workflow, user: User, what: dict[str, Any], *, draft: bool = False) -> None:
    workflows.replace_workflow(
        workflow_id=flow.pk,
        user=user,
        particulars=workflows.Particulars(name=flow.name),
        definition=what,
        draft=draft,
    )


def by_hand(flow: Workflow | str, every: int = 60, **fields: Any) -> PeriodicTask:
    """A periodic task as somebody writes it in the admin."""
    name = flow if isinstance(flow, str) else flow.code
    arguments = fields.pop("arguments", {})
    timing = fields if {"crontab", "clocked", "solar"} & fields.keys() else {"interval": interval(every), **fields}
    return PeriodicTask.objects.create(
        **{
            "name": f"by hand {PeriodicTask.objects.count()}",
            "task": scheduling.TASK,
            "kwargs": safe_json.dumps({"workflow": name, **arguments}),
            **timing,
        }
    )


def interval(seconds: int) -> IntervalSchedule:
    return IntervalSchedule.objects.get_or_create(every=seconds, period="seconds")[0]


def trigger(flow: Workflow, node_id: str = "every-0") -> Trigger:
    return Trigger.objects.select_related("periodic_task").get(workflow=flow, node_id=node_id)


def row(flow: Workflow, node_id: str = "every-0") -> PeriodicTask:
    """What beat reads of a schedule."""
    return PeriodicTask.objects.get(id=trigger(flow, node_id).periodic_task_id)


def set_clock(moment: datetime) -> None:
    """The database's clock shows `moment` to this connection."""
    clock.shift(connection, 0)
    clock.shift(connection, (moment - clock.read()).total_seconds())


def pass_time(by: timedelta) -> None:
    set_clock(clock.read() + by)


def look() -> None:
    """What a ticker does each second."""
    scheduling.follow_rows()
    scheduling.fire_due()


def outcomes(of: Trigger) -> list[tuple[str, int]]:
    rows = ScheduleFire.objects.filter(trigger=of).order_by("due_at").values_list("outcome", "ticks")
    return [(outcome, ticks) for outcome, ticks in rows]


def ticks(of: Trigger) -> list[datetime]:
    """The ticks that have started a run."""
    rows = ScheduleFire.objects.filter(trigger=of, execution__isnull=False).order_by("due_at")
    return [due.astimezone(UTC) for due in rows.values_list("due_at", flat=True)]


def started(flow: Workflow) -> int:
    return Execution.objects.filter(workflow=flow).count()


def in_threads(*works: Callable[[], object]) -> None:
    """All of them at once, each with a connection of its own."""

    def run(work: Callable[[], object]) -> None:
        try:
            work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        for done in [pool.submit(run, work) for work in works]:
            done.result()
