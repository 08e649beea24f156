"""Periodic tasks that people write and edit in the admin, in the API of Django, or in bulk."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    PeriodicTasks,
    SolarSchedule,
)

from accounts.models import User
from executions.models import Execution, Trigger
from executions.services import scheduling
from executions.services.scheduling import watching
from tests.integration import runs
from tests.integration.schedules import scenes
from tests.integration.schedules.scenes import MINUTE, look, outcomes, pass_time
from workflows.models import Workflow

pytestmark = pytest.mark.django_db(transaction=True)

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def flow(anna: User) -> Workflow:
    return runs.workflow(anna)


def of(task: PeriodicTask) -> Trigger:
    return Trigger.objects.get(periodic_task=task)


def test_a_row_made_by_hand_works(flow: Workflow):
    """Issue 3, 3: rows made by hand in the admin work too; they name the workflow by its code or its id."""
    by_code = scenes.by_hand(flow, arguments={"inputData": {"a": 1}})
    by_id = scenes.by_hand(str(flow.pk))
    look()
    pass_time(MINUTE)
    look()
    assert [outcomes(of(task)) for task in (by_code, by_id)] == [[("started", 1)]] * 2
    given = [run.input_data for run in Execution.objects.filter(workflow=flow)]
    assert sorted(tuple(sorted(data)) for data in given) == [("a", "scheduledAt"), ("scheduledAt",)]


def test_beat_alone_takes_up_a_row_made_by_hand(flow: Workflow):
    task = scenes.by_hand(flow)
    scheduling.fire_named(task.name)
    pass_time(MINUTE)
    scheduling.fire_named(task.name)
    assert outcomes(of(task)) == [("started", 1)]


def test_editing_a_row_is_honoured(flow: Workflow):
    task = scenes.by_hand(flow, every=3600)
    look()
    task.interval = scenes.interval(10)
    task.save()
    look()
    pass_time(timedelta(seconds=10))
    look()
    assert outcomes(of(task)) == [("started", 1)]


def test_editing_in_bulk_is_noticed_at_the_next_tick_at_the_latest(flow: Workflow):
    """It sends no signals."""
    task = scenes.by_hand(flow)
    look()
    PeriodicTask.objects.filter(pk=task.pk).update(enabled=False)
    pass_time(5 * MINUTE)
    look()
    assert (outcomes(of(task)), of(task).next_due_at) == ([], None)
    PeriodicTask.objects.filter(pk=task.pk).update(enabled=True)
    watching._memory.looked_at -= watching.LOOK_AGAIN_SECONDS
    look()
    pass_time(MINUTE)
    look()
    assert outcomes(of(task)) == [("started", 1)]


def test_a_shared_crontab_changes_all_that_use_it(flow: Workflow):
    scenes.set_clock(NOON)
    crontab = CrontabSchedule.objects.create(minute="0", hour="18")
    tasks = [scenes.by_hand(flow, crontab=crontab) for _ in range(2)]
    look()
    crontab.hour = "15"
    crontab.save()
    look()
    assert {of(task).next_due_at for task in tasks} == {NOON.replace(hour=15)}


def test_begin_end_and_once_are_honoured(flow: Workflow):
    scenes.set_clock(NOON)
    later = scenes.by_hand(flow, start_time=NOON + 5 * MINUTE)
    over = scenes.by_hand(flow, start_time=NOON, expires=NOON + 3 * MINUTE)
    once = scenes.by_hand(flow, start_time=NOON, one_off=True)
    look()
    for _ in range(6):
        pass_time(MINUTE)
        look()
    assert [due.minute for due in scenes.ticks(of(later))] == [5, 6]
    assert [due.minute for due in scenes.ticks(of(over))] == [1, 2]
    assert [due.minute for due in scenes.ticks(of(once))] == [1]
    once.refresh_from_db()
    assert once.enabled is False


def test_what_beat_has_switched_off_itself_still_fires(flow: Workflow):
    """Beat switches a row off when it has sent it, and its message may have been lost."""
    # `date_changed` is by the clock of the host, which the tests do not move: so the database's is set back.
    half_past = datetime.now(UTC) - 30 * MINUTE
    pass_time(-60 * MINUTE)
    task = scenes.by_hand(flow, clocked=ClockedSchedule.objects.create(clocked_time=half_past), one_off=True)
    look()
    task.enabled = False
    task.save()
    look()
    assert outcomes(of(task)) == []
    pass_time(31 * MINUTE)
    look()
    look()
    assert outcomes(of(task)) == [("started", 1)]


def test_a_row_that_somebody_deletes_fires_no_more(flow: Workflow):
    task = scenes.by_hand(flow)
    look()
    kept = of(task).pk
    task.delete()
    pass_time(MINUTE)
    look()
    assert outcomes(Trigger.objects.get(pk=kept)) == []
    scheduling.prune_fires()
    assert not Trigger.objects.filter(pk=kept).exists()


def test_a_row_that_does_something_else_now_fires_no_more(flow: Workflow):
    task = scenes.by_hand(flow)
    look()
    PeriodicTask.objects.filter(pk=task.pk).update(task="executions.tick")
    pass_time(MINUTE)
    look()
    assert (outcomes(of(task)), of(task).next_due_at) == ([], None)


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"kwargs": "{"}, "bad_arguments"),
        ({"kwargs": "{}"}, "bad_arguments"),
        ({"kwargs": '{"workflow": 7}'}, "bad_arguments"),
        ({"kwargs": '{"workflow": "WF-01", "missed": "never"}'}, "bad_arguments"),
        ({"kwargs": '{"workflow": "WF-01", "missed": []}'}, "bad_arguments"),
        ({"kwargs": '{"workflow": "WF-01", "inputData": 1}'}, "bad_arguments"),
        ({"kwargs": '{"workflow": "WF-01", "else": 1}'}, "bad_arguments"),
        ({"args": "[1]"}, "bad_arguments"),
        ({"kwargs": '{"workflow": "no such"}'}, "unknown_workflow"),
        ({"interval": None}, "no_schedule"),
        ({"interval": (1, "microseconds")}, "bad_interval"),
        ({"interval": (2147483647, "days")}, "bad_interval"),
        ({"interval": None, "crontab": "61"}, "bad_crontab"),
        ({"interval": None, "solar": True}, "solar"),
    ],
)
def test_a_wrong_row_is_shown_and_keeps_no_other_from_its_turn(flow: Workflow, fields: dict[str, Any], fault: str):
    wrong, right = scenes.by_hand(flow), scenes.by_hand(flow)
    if fields.get("interval"):
        every, period = fields["interval"]
        fields = {"interval": IntervalSchedule.objects.create(every=every, period=period)}
    if "crontab" in fields:
        fields = {**fields, "crontab": CrontabSchedule.objects.create(minute=fields["crontab"])}
    if "solar" in fields:
        fields = {**fields, "solar": SolarSchedule.objects.create(event="sunrise", latitude=0, longitude=0)}
    PeriodicTask.objects.filter(pk=wrong.pk).update(**fields)
    look()
    pass_time(MINUTE)
    look()
    assert (of(wrong).fault, of(wrong).next_due_at) == (fault, None)
    assert outcomes(of(right)) == [("started", 1)]


def test_a_wrong_row_that_is_put_right_works(flow: Workflow):
    task = scenes.by_hand("not yet")
    look()
    Workflow.objects.filter(pk=flow.pk).update(code="not yet")
    watching._memory.looked_at -= watching.LOOK_AGAIN_SECONDS
    look()
    pass_time(MINUTE)
    look()
    assert (of(task).fault, outcomes(of(task))) == ("", [("started", 1)])


def test_a_start_that_is_refused_is_noted_and_the_next_tick_comes(flow: Workflow, anna: User):
    task = scenes.by_hand(flow)
    look()
    version = flow.active_version
    Workflow.objects.filter(pk=flow.pk).update(active_version=None)
    pass_time(MINUTE)
    look()
    Workflow.objects.filter(pk=flow.pk).update(active_version=version)
    pass_time(MINUTE)
    look()
    assert outcomes(of(task)) == [("failed:not_published", 1), ("started", 1)]


def test_nothing_is_looked_through_while_nothing_changes(flow: Workflow):
    scenes.by_hand(flow)
    assert scheduling.follow_rows() == 1
    assert scheduling.follow_rows() == 0
    PeriodicTasks.update_changed()
    assert scheduling.follow_rows() == 0
