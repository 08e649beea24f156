"""Exactly one run per tick, whoever looks and however often."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection, connections

from accounts import clock, failpoints
from accounts.models import User
from executions import services, ticker
from executions.models import Execution, ScheduleFire, Step
from executions.services import scheduling
from executions.tasks import start_workflow
from tests.integration.executions import driving
from tests.integration.schedules import scenes
from tests.integration.schedules.scenes import MINUTE, look, outcomes, pass_time, row, scheduled, trigger

pytestmark = pytest.mark.django_db(transaction=True)

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def ring(name: str) -> None:
    """Beat's message about the row of this name."""
    start_workflow.apply(headers={"periodic_task_name": name}, kwargs={"workflow": "anything"}).get()


def test_five_who_look_at_once_start_one_run(anna: User):
    """G8: a tick fires exactly once."""
    flow = scheduled(anna, {"everySeconds": 60})
    shift = 61.0

    def look_as_others_do() -> None:
        clock.shift(connection, shift)
        scheduling.fire_due()

    scenes.in_threads(*[look_as_others_do] * 5)
    assert scenes.started(flow) == 1
    assert outcomes(trigger(flow)) == [("started", 1)]


def test_two_beats_and_three_tickers_start_as_many_runs_as_there_are_ticks(anna: User):
    """R3-6, G8, Part 4, row 6: 20 ticks, each looked at by five."""
    flow = scheduled(anna, {"everySeconds": 10})
    name, begun = row(flow).name, clock.read()

    def come(seconds: float) -> None:
        """So long after the publication, however long the machine has taken until now."""
        scenes.set_clock(begun + timedelta(seconds=seconds))

    def beat(number: int) -> None:
        for tick in range(1, 21):
            come(tick * 10 + number / 5)
            ring(name)

    def tick(number: int) -> None:
        for second in range(number, 202, 3):
            come(second)
            scheduling.follow_rows()
            scheduling.fire_due()

    scenes.in_threads(*(lambda number=number: beat(number) for number in (0, 1)), *[lambda: tick(1)] * 3)
    come(201)
    look()
    due = scenes.ticks(trigger(flow))
    assert len(due) == scenes.started(flow) == 20
    assert {later - earlier for earlier, later in pairwise(due)} == {timedelta(seconds=10)}


def test_beat_alone_is_enough(anna: User):
    """G8: no ticker runs."""
    flow = scheduled(anna, {"everySeconds": 60})
    name = row(flow).name
    for _ in range(3):
        pass_time(MINUTE)
        ring(name)
        ring(name)
    assert outcomes(trigger(flow)) == [("started", 1)] * 3


def test_the_ticker_alone_is_enough(anna: User):
    """G8: no beat runs. A tick of the clockwork looks after schedules among its other rules."""
    flow = scheduled(anna, {"everySeconds": 60})
    for _ in range(3):
        pass_time(MINUTE)
        ticker.tick()
        ticker.tick()
    assert outcomes(trigger(flow)) == [("started", 1)] * 3
    assert scenes.started(flow) == 3


def test_a_message_that_is_early_forged_or_about_nothing_starts_nothing(anna: User):
    flow = scheduled(anna, {"everySeconds": 60})
    ring(row(flow).name)
    ring("no such row")
    start_workflow.apply(kwargs={"workflow": str(flow.pk)}).get()
    assert scenes.started(flow) == 0


def test_a_run_knows_its_tick_and_begins_at_its_own_schedule(anna: User):
    scenes.set_clock(NOON)
    hourly = {"crontab": "0 * * * *", "timeZone": "Europe/Moscow", "inputData": {"shop": 7}}
    flow = scheduled(anna, hourly, {"crontab": "30 * * * *"})
    pass_time(60 * MINUTE)
    look()
    first, second = Execution.objects.filter(workflow=flow).order_by("created_at")
    assert (first.origin, first.started_by) == ("schedule", None)
    assert second.input_data == {"shop": 7, "scheduledAt": "2026-06-01T16:00:00+03:00"}
    assert first.input_data == {"scheduledAt": "2026-06-01T12:30:00+00:00"}
    driving.drain()
    assert driving.status(second) == driving.status(first) == "succeeded"
    assert driving.items(second, "work-0") == [second.input_data]
    expected = {"every-0": "succeeded", "work-0": "succeeded", "every-1": "skipped", "work-1": "skipped"}
    assert driving.statuses(second) == expected
    assert Step.objects.get(execution=first, node_id="work-1").status == "succeeded"


def test_a_person_starts_all_branches(anna: User):
    run = driving.start(anna, scenes.definition({"everySeconds": 60}, {"everySeconds": 90}))
    driving.drain()
    assert set(driving.statuses(run).values()) == {"succeeded"}


def test_a_change_of_the_clocks_gives_one_run_each_night(anna: User):
    """R3-6, G9, Part 4, row 6: 02:30 is missing on one night and comes twice on another."""
    for evening in (datetime(2026, 3, 27, 22, tzinfo=UTC), datetime(2026, 10, 23, 22, tzinfo=UTC)):
        scenes.set_clock(evening)
        flow = scheduled(anna, {"crontab": "30 2 * * *", "timeZone": "Europe/Berlin"})
        for _ in range(12 * 4):  # four nights, looked at every two hours
            pass_time(60 * MINUTE)
            look()
        nights = {due.date() for due in scenes.ticks(trigger(flow))}
        assert len(nights) == scenes.started(flow) == 2


def test_who_dies_between_tick_and_run_has_done_nothing(anna: User, settings: Any):
    """G1, G8: the connection is cut there; the tick is still due, and fires once."""
    settings.TESTING = True
    flow = scheduled(anna, {"everySeconds": 60})

    def cut(place: str) -> None:
        if place == "schedule.after_fire":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    def die() -> None:
        clock.shift(connection, 61)
        with failpoints.watched(cut):
            assert scheduling.fire_due() == 0

    scenes.in_threads(die)
    assert (scenes.started(flow), ScheduleFire.objects.count()) == (0, 0)
    pass_time(MINUTE)
    look()
    assert outcomes(trigger(flow)) == [("started", 1)]


def test_one_that_cannot_be_dealt_with_keeps_no_other_from_its_turn(anna: User):
    broken, fine = (scheduled(anna, {"everySeconds": 60}) for _ in range(2))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE executions_trigger SET last_due_at = 'infinity' WHERE workflow_id = %s", [broken.pk])
    pass_time(MINUTE)
    look()
    assert (scenes.started(broken), scenes.started(fine)) == (0, 1)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE executions_trigger SET last_due_at = naryad_now() - interval '30 s'")
    pass_time(timedelta(seconds=11))
    look()
    assert scenes.started(broken) == 1


def test_the_tables_are_asked_once_when_nothing_is_due(anna: User, django_assert_max_num_queries):
    scheduled(anna, {"everySeconds": 60})
    look()
    with django_assert_max_num_queries(3):
        look()
    assert connections["default"].in_atomic_block is False


def test_repeating_a_run_begins_where_it_began(anna: User):
    flow = scheduled(anna, {"everySeconds": 60}, {"everySeconds": 7200})
    pass_time(MINUTE)
    look()
    driving.drain()
    run = Execution.objects.get(workflow=flow)
    again = services.retry(execution_id=run.pk, user=anna, wish=services.Wish(begin="start"))
    driving.drain()
    assert driving.status(again) == "succeeded"
    assert again.input_data == run.input_data
    assert driving.statuses(again) == driving.statuses(run)
