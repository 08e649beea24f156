"""What publishing, changing and deleting a workflow does to its schedules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django_celery_beat.models import PeriodicTask, PeriodicTasks

from accounts.models import User
from executions.models import Execution, Trigger
from executions.services import scheduling
from integrations import safe_json
from tests.integration.executions import driving
from tests.integration.schedules import scenes
from tests.integration.schedules.scenes import MINUTE, look, outcomes, pass_time, row, scheduled, trigger
from workflows import services as workflows

pytestmark = pytest.mark.django_db(transaction=True)

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOURLY = {"crontab": "0 * * * *"}


def test_publishing_writes_a_row_for_every_schedule(anna: User):
    """Issue 3, 3: publishing writes django-celery-beat rows."""
    scenes.set_clock(NOON)
    before = PeriodicTasks.last_change()
    flow = scheduled(
        anna,
        {"crontab": "0 9 * * 1-7", "timeZone": "Asia/Kathmandu", "missed": "all", "inputData": {"a": 1}},
        {"everySeconds": 90, "overlap": "skip"},
        {"at": "2026-07-01T09:00:00+03:00"},
    )
    daily, often, once = (row(flow, f"every-{place}") for place in range(3))
    assert (daily.task, daily.enabled, daily.name[:13]) == ("executions.start_workflow", True, f"{flow.code} every-0")
    assert str(daily.crontab).startswith("0 9 * * 0,1,2,3,4,5,6 (m/h/dM/MY/d) Asia/Kathmandu")
    assert safe_json.loads(daily.kwargs) == {
        "workflow": str(flow.pk),
        "inputData": {"a": 1},
        "missed": "all",
        "overlap": "allow",
    }
    assert (often.interval.every, often.interval.period, often.start_time) == (90, "seconds", NOON)
    assert (once.clocked.clocked_time, once.one_off) == (datetime(2026, 7, 1, 6, tzinfo=UTC), True)
    assert PeriodicTasks.last_change() != before
    assert trigger(flow).next_due_at == datetime(2026, 6, 2, 3, 15, tzinfo=UTC)
    assert all(task.schedule for task in (daily, often, once)), "beat can read them"


def test_publishing_again_keeps_what_has_not_changed(anna: User):
    scenes.set_clock(NOON)
    flow = scheduled(anna, HOURLY, {"everySeconds": 60})
    before = {found.pk: (found.last_due_at, found.next_due_at) for found in Trigger.objects.all()}
    rows = dict(PeriodicTask.objects.values_list("id", "date_changed"))
    pass_time(59 * MINUTE)
    scenes.replace(flow, anna, scenes.definition(HOURLY, {"everySeconds": 60}))
    assert {found.pk: (found.last_due_at, found.next_due_at) for found in Trigger.objects.all()} == before
    assert dict(PeriodicTask.objects.values_list("id", "date_changed")) == rows


def test_a_changed_schedule_begins_now_and_misses_nothing(anna: User):
    scenes.set_clock(NOON)
    flow = scheduled(anna, HOURLY)
    pass_time(150 * MINUTE)
    scenes.replace(flow, anna, scenes.definition({"crontab": "*/20 * * * *"}))
    look()
    assert outcomes(trigger(flow)) == []
    assert trigger(flow).next_due_at == NOON + 160 * MINUTE
    assert PeriodicTask.objects.filter(task=scheduling.TASK).count() == 1


def test_other_input_data_move_no_tick(anna: User):
    scenes.set_clock(NOON)
    flow = scheduled(anna, HOURLY)
    pass_time(60 * MINUTE)
    scenes.replace(flow, anna, scenes.definition({**HOURLY, "inputData": {"a": 2}}))
    look()
    assert outcomes(trigger(flow)) == [("started", 1)]
    assert Execution.objects.get(workflow=flow).input_data["a"] == 2


def test_a_tick_runs_what_is_published_when_it_fires(anna: User):
    """R3-6, part 4, row 6: never the old version; a draft changes nothing."""
    flow = scheduled(anna, {"everySeconds": 60})
    scenes.replace(flow, anna, scenes.definition({"everySeconds": 60}))
    scenes.replace(flow, anna, scenes.definition({"everySeconds": 5}, {"everySeconds": 7}), draft=True)
    pass_time(MINUTE)
    look()
    assert [run.version.number for run in Execution.objects.filter(workflow=flow)] == [2]
    workflows.publish(workflow_id=flow.pk, user=anna)
    assert Trigger.objects.filter(workflow=flow, periodic_task__isnull=False).count() == 2


def test_a_schedule_whose_node_is_gone_fires_no_more_and_comes_back_afresh(anna: User):
    flow = scheduled(anna, {"everySeconds": 60})
    pass_time(MINUTE)
    look()
    driving.drain()
    scenes.replace(flow, anna, driving.chain(2))
    gone = trigger(flow)
    assert (gone.periodic_task, gone.next_due_at, outcomes(gone)) == (None, None, [("started", 1)])
    assert not PeriodicTask.objects.filter(task=scheduling.TASK).exists()
    pass_time(10 * MINUTE)
    look()
    assert scenes.started(flow) == 1
    workflows.restore_version(
        workflow_id=flow.pk, version=workflows.version_of(workflow_id=flow.pk, user=anna, name="1"), user=anna
    )
    pass_time(MINUTE)
    look()
    assert outcomes(trigger(flow)) == [("started", 1)] * 2


def test_a_schedule_that_is_switched_off_stays_so_and_misses_nothing(anna: User):
    flow = scheduled(anna, {"everySeconds": 60})
    where: dict[str, Any] = {"workflow_id": flow.pk, "trigger_id": trigger(flow).pk, "user": anna}
    assert scheduling.switch(**where, on=False).next_due_at is None
    scenes.replace(flow, anna, scenes.definition({"everySeconds": 60}))
    pass_time(10 * MINUTE)
    look()
    assert outcomes(trigger(flow)) == []
    scheduling.switch(**where, on=True)
    look()
    assert outcomes(trigger(flow)) == []
    pass_time(MINUTE)
    look()
    assert outcomes(trigger(flow)) == [("started", 1)]


def test_a_moment_fires_once_and_another_one_again(anna: User):
    scenes.set_clock(NOON)
    flow = scheduled(anna, {"at": (NOON + MINUTE).isoformat()})
    for _ in range(3):
        pass_time(MINUTE)
        look()
    assert outcomes(trigger(flow)) == [("started", 1)]
    assert row(flow).enabled is False
    scenes.replace(flow, anna, scenes.definition({"at": (NOON + 10 * MINUTE).isoformat()}))
    pass_time(timedelta(hours=2))
    look()
    assert outcomes(trigger(flow)) == [("started", 1)] * 2


def test_a_copy_has_no_schedules(anna: User):
    """S3-7: a duplicate is a draft without schedules."""
    copy = workflows.duplicate(workflow_id=scheduled(anna, HOURLY).pk, user=anna)
    assert not Trigger.objects.filter(workflow=copy).exists()


def test_a_deleted_workflow_is_started_by_nothing(anna: User):
    flow = scheduled(anna, {"everySeconds": 60})
    scenes.by_hand(flow)
    look()
    workflows.delete(workflow_id=flow.pk, user=anna)
    pass_time(MINUTE)
    look()
    assert scenes.started(flow) == 0
    assert list(PeriodicTask.objects.filter(task=scheduling.TASK).values_list("enabled", flat=True)) == [False]
