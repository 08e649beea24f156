"""A tick of a schedule among beats, tickers and their deaths: one run, whoever looks."""

from __future__ import annotations

from typing import Any

import pytest

from executions.models import ScheduleFire, Trigger
from executions.services import scheduling
from tests.integration.schedules.scenes import outcomes, row, scheduled, started, trigger
from tests.races.stage import die
from workflows import services as workflows

EVERY_SECONDS = 60


@pytest.fixture
def flow(stage, anna) -> Any:
    """A workflow whose first tick is due."""
    made = scheduled(anna, {"everySeconds": EVERY_SECONDS})
    stage.later(EVERY_SECONDS + 1)
    return made


def test_a_ticker_passes_over_a_schedule_that_another_one_deals_with(stage, flow):
    """R9: nobody waits, and one run begins."""
    first = stage.acts(scheduling.fire_due, stops="schedule.after_fire").at("schedule.after_fire")
    assert scheduling.fire_due() == 0
    assert first.result() == 1
    assert started(flow) == 1


def test_a_beat_that_waits_for_a_ticker_finds_the_tick_dealt_with(stage, flow):
    """R9: beat speaks of one schedule, so it waits for it."""
    name = row(flow).name
    first = stage.acts(scheduling.fire_due, stops="schedule.after_fire").at("schedule.after_fire")
    second = stage.acts(lambda: scheduling.fire_named(name)).blocked()
    assert (first.result(), second.result()) == (1, 0)
    assert started(flow) == 1


def test_a_ticker_that_dies_between_tick_and_run_leaves_both_to_the_next(stage, flow):
    """R9, R8: the tick is noted in the transaction that starts its run."""
    stage.acts(scheduling.fire_due, schedule__after_fire=die).killed()
    assert not ScheduleFire.objects.exists()
    assert scheduling.fire_due() == 1
    assert started(flow) == 1


def test_a_workflow_is_not_unpublished_under_a_tick_and_the_next_tick_starts_nothing(stage, flow, anna):
    """Whoever looks at the schedule after that finds it at rest, also by a message of beat that is late."""
    first = stage.acts(scheduling.fire_due, stops="schedule.after_fire").at("schedule.after_fire")
    unpublishing = stage.acts(lambda: workflows.unpublish(workflow_id=flow.id, user=anna)).blocked()
    assert first.result() == 1
    unpublishing.result()
    stage.later(EVERY_SECONDS)
    assert (scheduling.fire_due(), scheduling.fire_named(row(flow).name)) == (0, 0)
    assert outcomes(trigger(flow)) == [("started", 1)]


def test_a_tick_that_waits_for_the_end_of_a_publication_starts_nothing(stage, flow, anna):
    unpublishing = stage.unfinished(lambda: workflows.unpublish(workflow_id=flow.id, user=anna))
    ticking = stage.acts(scheduling.fire_due).blocked()
    unpublishing.result()
    assert (ticking.result(), started(flow), outcomes(trigger(flow))) == (0, 0, [])


def test_a_tick_that_is_noted_is_not_dealt_with_again_whatever_its_schedule_says(stage, flow):
    """R9: the line about the tick decides, and there is one at most."""
    before = Trigger.objects.filter(id=trigger(flow).id).values("last_due_at", "next_due_at").get()
    assert scheduling.fire_due() == 1
    Trigger.objects.filter(id=trigger(flow).id).update(**before)
    scheduling.fire_due()
    assert started(flow) == 1
    assert outcomes(trigger(flow)) == [("started", 1)]
