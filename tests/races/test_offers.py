"""First steps that are told with their bell: run by who hears of them, claimed by anybody, recorded once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from executions import offers, recording, runner, services, sweeps
from executions.engine import settlement as settlements
from executions.lease import GivenBack
from executions.models import Attempt, Execution, ExecutionEvent, Step
from executions.offers import Offer
from executions.services.settling import Report
from tests.integration.executions.driving import (
    NodeSpec,
    break_version,
    chain,
    claim,
    definition,
    drain,
    items,
    leases,
    start,
    status,
    statuses,
    step,
)
from tests.races.moves import outcomes
from tests.races.stage import die, marks
from workflows import services as workflows

FORGOTTEN = 11.0
"""Seconds after which the ticker rings again for a step that is ready."""


def offer_of(run: Execution, node_id: str = "n0") -> Offer | None:
    word = word_of(run, node_id)
    return None if word is None else offers.understood(word, clock_of_the_database())


def clock_of_the_database() -> datetime:
    return offers.look("cpu").now()


def word_of(run: Any, *ready: str) -> str | None:
    return offers.word_for(run, run, workflows.compiled(run.version_id), [(node_id, ()) for node_id in ready])


def offered(run: Execution) -> Offer:
    offer = offer_of(run)
    assert offer is not None
    return offer


def hears(offer: Offer) -> Callable[[], int]:
    """A worker that hears of it."""
    return lambda: runner.drain("cpu", leases(), seconds=60, offer=offer)


def told(run: Execution) -> list[tuple[str, list[str]]]:
    lines = ExecutionEvent.objects.filter(execution=run).order_by("seq")
    return [(line.type, sorted(line.payload)) for line in lines]


def test_an_offered_step_leaves_the_same_rows_as_a_claimed_one(stage, anna):
    claimed, run = (start(anna, chain(3), input_data={"x": 1}) for _ in range(2))
    assert stage.acts(hears(offered(run))).result() == 3
    drain()
    columns = ("node_id", "status", "fence", "epoch", "attempt", "tries", "rescues", "leased_by", "fired", "wake")
    rows = [list(Step.objects.filter(execution=each).order_by("position").values(*columns)) for each in (claimed, run)]
    assert rows[0] == rows[1]
    assert told(claimed) == told(run)
    assert (status(run), outcomes(run)) == ("succeeded", ["succeeded"] * 3)
    assert [items(run, f"n{number}") for number in range(3)] == [[{"x": 1}]] * 3


def test_an_offered_step_is_claimed_by_nobody_and_begins_when_it_is_heard_of(stage, anna):
    """However long after its run: the bell rings when the transaction has ended in which that was written."""
    run = start(anna, chain(3))
    stage.later(5)
    offer = offered(run)
    worker = stage.acts(hears(offer))
    assert (worker.result(), worker.visits["claim.after_commit"]) == (3, 0)
    assert status(run) == "succeeded"
    first = step(run, "n0")
    assert first.started_at == offer.heard == Attempt.objects.get(step=first).started_at
    assert offer.heard - offer.began > timedelta(seconds=4.5)
    times = [moment for name in ("n0", "n1", "n2") for moment in moments(step(run, name))]
    assert times == sorted(times)
    for name in ("n0", "n1", "n2"):
        (line,) = ExecutionEvent.objects.filter(step_id=step(run, name).id)
        began = datetime.fromisoformat(line.payload["startedAt"])
        assert abs(began - moments(step(run, name))[0]) < timedelta(seconds=0.5), "the journal says the same"


def moments(of: Step) -> list[datetime]:
    assert of.started_at is not None
    assert of.finished_at is not None
    return [of.started_at, of.finished_at]


def test_the_worker_goes_on_with_what_it_leads_to(stage, anna):
    nodes: list[NodeSpec] = [
        ("n0", "noop"),
        ("asks", "set", {"config": {"fields": [{"name": "id", "value": "{{ $execution.id }}"}]}}),
    ]
    run = start(anna, definition(nodes, [("n0", "asks")]))
    worker = stage.acts(hears(offered(run)))
    assert (worker.result(), worker.visits["claim.after_commit"]) == (2, 0), "it is claimed by the record"
    assert items(run, "asks") == [{"id": str(run.id)}]


def test_two_who_hear_of_it_record_it_once(stage, anna):
    run = start(anna, chain(2))
    late = stage.acts(hears(offered(run)), stops="burst.step").at("burst.step")
    assert hears(offered(run))() == 2
    late.result()
    assert (status(run), outcomes(run)) == ("succeeded", ["succeeded"] * 2)


def test_who_claims_it_meanwhile_has_it(stage, anna):
    run = start(anna, chain(2))
    late = stage.acts(hears(offered(run)), stops="burst.step").at("burst.step")
    claimed = claim()
    late.result()
    assert (statuses(run), outcomes(run)) == ({"n0": "running", "n1": "pending"}, [])
    assert step(run, "n0").leased_by == claimed.worker


def test_a_worker_that_dies_with_it_has_done_nothing_and_it_is_rung_for_again(stage, anna):
    """R1: the next one claims it, so that the one step that kills workers is known."""
    run = start(anna, chain(2))
    stage.acts(hears(offered(run)), burst__step=die).killed()
    assert statuses(run) == {"n0": "ready", "n1": "pending"}
    assert sweeps.ring_again() == 0, "it was rung for a moment ago"
    stage.later(FORGOTTEN)
    assert sweeps.ring_again() == 1
    assert drain() == 2
    assert (status(run), outcomes(run)) == ("succeeded", ["succeeded"] * 2)


def test_a_pause_that_comes_meanwhile_holds_it(stage, anna):
    """R2: nothing has started after the pause was acknowledged."""
    run = start(anna, chain(2))
    late = stage.acts(hears(offered(run)), stops="burst.step").at("burst.step")
    services.pause(execution_id=run.id)
    late.result()
    assert (statuses(run), outcomes(run)) == ({"n0": "held", "n1": "pending"}, [])


def test_a_pause_that_has_come_and_gone_meanwhile_leaves_it_to_others(stage, anna):
    """R2: it would seem to have started before the pause."""
    run = start(anna, chain(2))
    late = stage.acts(hears(offered(run)), stops="burst.step").at("burst.step")
    services.pause(execution_id=run.id)
    services.resume(execution_id=run.id, user=anna)
    late.result()
    drain()
    assert (status(run), outcomes(run)) == ("succeeded", ["succeeded"] * 2)
    resumed = ExecutionEvent.objects.get(execution=run, type="execution.resumed").at
    assert Attempt.objects.get(step__execution=run, step__node_id="n0").started_at > resumed


def test_a_stop_that_comes_meanwhile_wins(stage, anna):
    run = start(anna, chain(2))
    late = stage.acts(hears(offered(run)), stops="burst.step").at("burst.step")
    services.stop(execution_id=run.id, user=anna)
    late.result()
    assert (status(run), set(statuses(run).values())) == ("stopped", {"cancelled"})
    assert "step.succeeded" not in marks(run.id)


def test_a_step_that_is_tried_anew_is_not_what_was_offered(stage, anna):
    """A bell that was heard long ago, by a worker that was frozen since."""
    run = start(anna, chain(1))
    late = stage.acts(hears(offered(run)), stops="burst.step").at("burst.step")
    drain()
    services.retry_step(execution_id=run.id, step_id=step(run, "n0").id, user=anna, force=True)
    assert statuses(run) == {"n0": "ready"}
    late.result()
    drain()
    assert list(Attempt.objects.filter(step__execution=run).values_list("epoch", "fence").order_by("fence")) == [
        (1, 1),
        (2, 2),
    ]


def test_nobody_believes_what_an_offer_says(stage, anna):
    """S27: whoever reaches the server of bells may say anything; no result changes, and who claims the step has it."""
    other = start(anna, chain(1), input_data={"of": "another"})
    run = start(anna, chain(2), input_data={"x": 1})
    true = offered(run)
    lies = [
        replace(true, empty=True),
        replace(true, began=true.began + timedelta(microseconds=1)),
        replace(true, version_id=other.version_id),
        replace(true, version_id=uuid4()),
        replace(true, execution_id=uuid4()),
        replace(true, node_id="n1"),
        replace(true, node_id="nobody"),
    ]
    for lie in lies:
        worker = stage.acts(
            lambda lie=lie: runner._step(lie.claimed(queue="cpu", worker="w"), None, leases(), continue_on="cpu")
        )
        assert worker.result() == (None, None), lie
        assert statuses(run) == {"n0": "ready", "n1": "pending"}, lie
        assert statuses(other) == {"n0": "ready"}, lie
    drain()
    assert (status(run), status(other)) == ("succeeded", "succeeded")
    assert items(run, "n1") == [{"x": 1}]


def test_a_version_that_cannot_be_run_is_left_to_whoever_claims_the_step(stage, anna):
    run = start(anna, chain(1))
    offer = offered(run)
    break_version(run)
    run.refresh_from_db()
    lie = replace(offer, version_id=run.version_id)
    runner._step(lie.claimed(queue="cpu", worker="w"), None, leases(), continue_on="cpu")
    assert (status(run), statuses(run)) == ("running", {"n0": "ready"})
    drain()
    assert status(run) == "failed"


@pytest.mark.parametrize(
    "first",
    [
        ("n0", "delay", {"config": {"seconds": 60}}),
        ("n0", "http-request", {"config": {"url": "http://127.0.0.1:1/"}}),
        ("n0", "noop", {"settings": {"isolate": True}}),
        ("n0", "set", {"config": {"fields": [{"name": "id", "value": "{{ $execution.id }}"}]}}),
    ],
    ids=["waits", "calls", "isolated", "asks"],
)
def test_steps_that_are_not_quick_are_not_offered(stage, anna, first):
    """One that only turns out to wait is claimed and run by itself."""
    run = start(anna, definition([first]))
    offer = offer_of(run)
    assert (offer is None) == (first[1] != "delay")
    if offer is not None:
        assert hears(offer)() == 1
        assert (statuses(run), step(run, "n0").fence) == ({"n0": "waiting"}, 1)


def test_a_run_that_begins_with_several_steps_offers_none(anna):
    run = start(anna, definition([("a", "noop"), ("b", "noop")]))
    assert word_of(run, "a") is not None
    assert word_of(run, "a", "b") is None


def test_bursts_that_are_off_offer_nothing(anna, settings):
    settings.BURST_STEPS = 0
    assert offer_of(start(anna, chain(1))) is None


def test_an_error_is_found_again_under_a_claim(stage, anna):
    run = start(anna, definition([("n0", "fail", {"config": {"message": "no"}})]))
    assert hears(offered(run))() == 1
    assert (status(run), outcomes(run)) == ("failed", ["failed"])


@pytest.mark.parametrize("on_error", ["fail", "continue"])
def test_a_result_that_cannot_be_written_is_left_to_who_claims_the_step(stage, anna, on_error):
    """Whether its failure ends the run or is handled."""
    run = start(anna, definition([("n0", "noop", {"settings": {"onError": on_error}})]))
    claimed = offered(run).claimed(queue="cpu", worker="w")
    unwritable = Report(claimed, workflows.compiled(run.version_id), settlements.success({"p" * 101: []}))
    assert recording.settle_surely(unwritable) is None
    assert statuses(run) == {"n0": "ready"}


def test_an_offered_step_that_does_not_stop_is_left_to_who_claims_it(stage, anna):
    run = start(anna, definition([("n0", "noop", {"settings": {"onError": "continue"}})]))
    held = leases()
    runner.give_up(held.take(offered(run).claimed(queue="cpu", worker=held.worker), 60))
    assert (statuses(run), outcomes(run)) == ({"n0": "ready"}, [])


def test_who_only_heard_of_a_step_does_not_renew_the_lease_of_who_claimed_it(stage, anna):
    """Both have its first fence."""
    run = start(anna, chain(1))
    held = leases()
    lease = held.take(offered(run).claimed(queue="cpu", worker=held.worker), 60)
    assert held._beat()
    assert lease.cut is None, "it is not lost: nobody has claimed it"
    claimed = claim()
    until = step(run, "n0").lease_expires_at
    stage.later(1)
    assert held._beat()
    assert step(run, "n0").lease_expires_at == until
    assert held.disown(claimed)


@pytest.mark.parametrize("join", ["any", "all_live", "all_resolved"])
def test_a_burst_that_reaches_a_join_is_recorded_with_the_offer(stage, anna, join):
    end: NodeSpec = ("end", "noop", {"settings": {"join": join}})
    edges = [("n0", "a"), ("n0", "b"), ("a", "end"), ("b", "end")]
    run = start(anna, definition([("n0", "noop"), ("a", "noop"), ("b", "noop"), end], edges))
    worker = stage.acts(hears(offered(run)))
    worker.result()
    assert worker.visits["burst.step"] == 3
    assert step(run, "n0").started_at is not None
    assert statuses(run) | {"end": ""} == {"n0": "succeeded", "a": "succeeded", "b": "succeeded", "end": ""}
    drain()
    assert (status(run), outcomes(run)) == ("succeeded", ["succeeded"] * 4)


def test_nothing_of_an_offer_stays_where_its_step_was_taken_under_the_lock(stage, anna):
    end: NodeSpec = ("end", "noop", {"settings": {"join": "any"}})
    edges = [("n0", "a"), ("n0", "b"), ("a", "end"), ("b", "end")]
    run = start(anna, definition([("n0", "noop"), ("a", "noop"), ("b", "noop"), end], edges))
    late = stage.acts(hears(offered(run)), stops="burst.step").at("burst.step")
    claimed = claim()
    late.result()
    assert statuses(run) == {"n0": "running", "a": "pending", "b": "pending", "end": "pending"}
    assert step(run, "n0").leased_by == claimed.worker


def test_a_process_that_has_claimed_the_step_does_not_take_it_for_offered(stage, anna):
    run = start(anna, chain(1))
    held, claimed = leases(), claim()
    lease = held.take(claimed, 60)
    with pytest.raises(GivenBack):
        held.take(offered(run).claimed(queue="cpu", worker=held.worker), 60)
    assert lease.cut is None


@pytest.mark.parametrize(
    "word",
    [
        "",
        "1",
        "a b c d e",
        f"{uuid4()} {uuid4()} 2026-11-23T10:00:00 ? n0",
        f"{uuid4()} {uuid4()} 2026-11-23T10:00:00+00:00 ?",
        f"{uuid4()} {uuid4()} 2026-11-23T10:00:00+00:00 ? " + "n" * 2000,
        "\ufffd \x00",
    ],
)
def test_a_word_that_is_no_offer_is_a_bell_like_any_other(word):
    assert offers.understood(word, datetime.now(UTC)) is None
