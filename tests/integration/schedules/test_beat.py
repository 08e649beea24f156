"""Beat: sends what is due, and leaves to the rows what people have written there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from celery import current_app
from django_celery_beat.models import ClockedSchedule, PeriodicTask

from accounts.models import User
from config.beat import Entry, Scheduler
from executions.services import scheduling
from tests.integration.schedules import scenes
from tests.integration.schedules.scenes import scheduled

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_settings_name_this_scheduler_and_the_reserve_of_the_ticker(anna: User):
    scheduler = Scheduler(app=current_app, lazy=False)
    assert current_app.conf.beat_scheduler == "config.beat:Scheduler"
    assert PeriodicTask.objects.get(name="executions.tick").task == "executions.tick"
    assert isinstance(scheduler.schedule["executions.tick"], Entry)


def test_what_is_published_while_beat_counts_is_kept(anna: User):
    flow = scheduled(anna, {"everySeconds": 60})
    entry = Entry(scenes.row(flow), app=current_app)
    sent = next(entry)
    scenes.replace(flow, anna, scenes.definition({"everySeconds": 5, "inputData": {"a": 1}}))
    sent.save()
    row = scenes.row(flow)
    assert (row.interval.every, row.total_run_count, row.last_run_at) == (5, 1, sent.model.last_run_at)
    assert '"a"' in row.kwargs


def test_beat_finds_what_is_published_and_the_message_names_its_row(anna: User):
    scheduler = Scheduler(app=current_app, lazy=False)
    assert scheduler.schedule
    row = scenes.row(scheduled(anna, {"everySeconds": 60}))
    assert scheduler.schedule_changed(), "a publication says that something has changed"
    entry = scheduler.all_as_schedule()[row.name]
    assert (entry.task, entry.options["headers"]["periodic_task_name"]) == (scheduling.TASK, row.name)
    assert entry.is_due().is_due


def test_what_fires_once_is_switched_off_when_it_has_been_sent(anna: User):
    past = ClockedSchedule.objects.create(clocked_time=datetime.now(UTC) - timedelta(minutes=1))
    task = scenes.by_hand("WF-01", clocked=past, one_off=True)
    entry = Entry(task, app=current_app)
    assert entry.is_due().is_due
    sent = next(entry)
    PeriodicTask.objects.filter(pk=task.pk).update(description="edited")
    assert not sent.is_due().is_due
    task.refresh_from_db()
    assert (task.enabled, task.description) == (False, "edited")


def test_a_row_that_cannot_be_read_keeps_no_other_from_being_sent(anna: User):
    wrong, right = scenes.by_hand("WF-01"), scenes.by_hand("WF-01")
    PeriodicTask.objects.filter(pk=wrong.pk).update(kwargs="{")
    scheduler = Scheduler(app=current_app, lazy=False)
    assert right.name in scheduler.schedule
    wrong.refresh_from_db()
    assert (wrong.enabled, wrong.kwargs) == (False, "{")
