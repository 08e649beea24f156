"""Missed ticks, and ticks that meet an open run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from accounts.models import User
from executions.models import Execution, ScheduleFire
from executions.services import control, scheduling
from tests.integration import runs
from tests.integration.executions import driving
from tests.integration.schedules import scenes
from tests.integration.schedules.scenes import MINUTE, look, outcomes, pass_time, scheduled, trigger
from workflows.models import Workflow

pytestmark = pytest.mark.django_db(transaction=True)

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
THREE_HOURS = timedelta(hours=3, seconds=90)


@pytest.mark.parametrize(
    ("missed", "expected"),
    [
        ("skip", [("skipped_missed", 6)]),
        ("last", [("skipped_missed", 5), ("started", 1)]),
        ("all", [("started", 1)] * 6),
    ],
)
def test_three_hours_without_anybody_who_looks(anna: User, missed: str, expected: list[tuple[str, int]]):
    """R3-6, G9, Part 4, row 6: the policy says what is caught up, once, and the next tick comes in its time."""
    scenes.set_clock(NOON)
    flow = scheduled(anna, {"crontab": "*/30 * * * *", "missed": missed})
    pass_time(THREE_HOURS)
    look()
    look()
    assert outcomes(trigger(flow)) == expected
    pass_time(29 * MINUTE)
    look()
    assert outcomes(trigger(flow)) == [*expected, ("started", 1)]
    assert len(scenes.ticks(trigger(flow))) == scenes.started(flow)


def test_no_more_than_a_hundred_are_caught_up(anna: User):
    flow = scheduled(anna, {"everySeconds": 60, "missed": "all"})
    pass_time(150 * MINUTE + timedelta(seconds=1))
    while scheduling.fire_due():
        pass
    assert outcomes(trigger(flow)) == [("skipped_missed", 50), *[("started", 1)] * 100]


def test_a_tick_is_on_time_for_a_minute(anna: User):
    scenes.set_clock(NOON)
    flow = scheduled(anna, {"crontab": "30 * * * *", "missed": "skip"})
    pass_time(30 * MINUTE + timedelta(seconds=40))
    look()
    assert outcomes(trigger(flow)) == [("started", 1)]


def due_twice(anna: User, overlap: str) -> Workflow:
    """Two ticks, and a run that is still open when the second one comes."""
    flow = scheduled(anna, {"everySeconds": 60, "overlap": overlap})
    for _ in range(2):
        pass_time(MINUTE)
        look()
    return flow


def test_allow_starts_beside_an_open_run(anna: User):
    assert outcomes(trigger(due_twice(anna, "allow"))) == [("started", 1)] * 2


def test_skip_leaves_out_what_meets_an_open_run(anna: User):
    flow = due_twice(anna, "skip")
    assert outcomes(trigger(flow)) == [("started", 1), ("skipped_overlap", 1)]
    driving.drain()
    pass_time(MINUTE)
    look()
    assert outcomes(trigger(flow))[2:] == [("started", 1)]


def test_queue_starts_after_the_run_before_in_order(anna: User):
    flow = due_twice(anna, "queue")
    pass_time(MINUTE)
    look()
    assert outcomes(trigger(flow)) == [("started", 1), ("queued", 1), ("queued", 1)]
    for count in (2, 3):
        driving.drain()
        scenes.in_threads(*[scheduling.fire_due] * 3)
        assert scenes.started(flow) == count
    assert outcomes(trigger(flow)) == [("started", 1)] * 3
    shown = [run.input_data["scheduledAt"] for run in Execution.objects.filter(workflow=flow).order_by("id")]
    assert shown == sorted(shown)


def test_runs_that_people_start_do_not_count_as_overlap(anna: User):
    flow = scheduled(anna, {"everySeconds": 60, "overlap": "skip"})
    runs.start(flow, anna)
    pass_time(MINUTE)
    look()
    assert outcomes(trigger(flow)) == [("started", 1)]


def test_what_is_queued_is_dropped_when_the_schedule_is_switched_off(anna: User):
    flow = due_twice(anna, "queue")
    scheduling.switch(workflow_id=flow.pk, trigger_id=trigger(flow).pk, user=anna, on=False)
    control.stop(execution_id=Execution.objects.get(workflow=flow).pk)
    look()
    assert outcomes(trigger(flow)) == [("started", 1), ("skipped_overlap", 1)]


def test_old_lines_are_forgotten(anna: User):
    flow = due_twice(anna, "queue")
    pass_time(timedelta(days=31))
    assert scheduling.prune_fires() == 1
    assert outcomes(trigger(flow)) == [("queued", 1)]
    ScheduleFire.objects.all().delete()
    with transaction.atomic():
        scheduling.switch_off_deleted(flow.pk)
    scheduling.prune_fires()
    assert not flow.triggers.exists()
