"""Several tickers, and tickers among workers: each thing is done once, and nothing in motion is mended."""

from __future__ import annotations

from datetime import timedelta

from accounts.clock import Now
from executions import invariants, services, sweeps, ticker
from executions.models import Execution, Step
from tests.integration.executions.driving import chain, definition, drain, start, status, statuses, step
from tests.races.moves import LEASE_OVER, claim, finish, outcomes, take
from tests.races.test_pausing import resting
from tests.races.test_stopping import limited


def nap() -> dict:
    return definition([("nap", "delay", {"config": {"seconds": 5}}), ("end", "noop")], [("nap", "end")])


def test_two_tickers_make_a_step_ready_once_when_its_rest_is_over(stage, anna):
    """R9: the second one passes over the row of the first."""
    run = start(anna, resting())
    finish(claim())
    stage.later(60)
    first = stage.unfinished(sweeps.wake_due)
    assert sweeps.wake_due() == 0
    assert first.result() == 1
    drain()
    assert (status(run), outcomes(run)) == ("succeeded", ["retried", "succeeded"])


def test_two_tickers_wake_a_sleeping_step_once(stage, anna):
    """R9: the second one passes over the run of the first."""
    run = start(anna, nap())
    finish(claim())
    stage.later(10)
    first = stage.unfinished(sweeps.wake_due)
    assert sweeps.wake_due() == 0
    assert first.result() == 1
    drain()
    assert (status(run), outcomes(run, "nap")) == ("succeeded", ["waiting", "succeeded"])


def test_a_sleeping_step_whose_run_is_stopped_while_its_time_comes_stays_cancelled(stage, anna):
    """R6: the ticker leaves a run alone that somebody has locked, and finds it ended afterwards."""
    run = start(anna, nap())
    finish(claim())
    stage.later(10)
    stopping = stage.unfinished(lambda: services.stop(execution_id=run.id))
    assert sweeps.wake_due() == 0
    stopping.result()
    assert sweeps.wake_due() == 0
    assert statuses(run) == {"nap": "cancelled", "end": "cancelled"}


def test_a_stop_that_waits_for_the_ticker_cancels_what_it_has_woken(stage, anna):
    """R6: the step was ready when the stop came to it."""
    run = start(anna, nap())
    finish(claim())
    stage.later(10)
    waking = stage.unfinished(sweeps.wake_due)
    stopping = stage.acts(lambda: services.stop(execution_id=run.id)).blocked()
    assert waking.result() == 1
    stopping.result()
    assert take() is None
    assert statuses(run) == {"nap": "cancelled", "end": "cancelled"}


def test_two_tickers_ring_for_a_forgotten_step_once(stage, anna):
    """R9: the second one passes over the row of the first."""
    start(anna, chain(1))
    stage.later(15)
    first = stage.unfinished(sweeps.ring_again)
    assert sweeps.ring_again() == 0
    assert first.result() == 1


def test_one_tick_does_everything_that_has_waited_for_the_clock(stage, anna):
    """R9: no rule that brings work back is left out."""
    lost = start(anna, chain(1))
    claim()
    rested = start(anna, resting())
    finish(claim())
    late, silent = start(anna, limited()), start(anna, chain(1))
    stage.later(LEASE_OVER)
    ticker.tick()
    assert step(lost, "n0").rescues == 1
    assert statuses(rested) == {"n0": "ready"}
    assert status(late) == "failed"
    assert Step.objects.filter(execution=silent, rung_at__gt=Now() - timedelta(seconds=LEASE_OVER / 2)).exists()


def test_a_claim_does_not_wait_for_a_ticker_that_rings(stage, anna):
    """R11: it passes over the row, which is rung for, and the bell finds it."""
    run = start(anna, chain(1))
    stage.later(15)
    ringing = stage.unfinished(sweeps.ring_again)
    assert take() is None
    ringing.result()
    assert claim().execution_id == run.id


def test_a_run_in_motion_is_not_mended(stage, anna):
    """R9: what looked wrong without a lock is looked at again under the lock."""
    run = start(anna, chain(2))
    Execution.objects.filter(id=run.id).update(open_steps=7)
    mending = stage.acts(invariants.repair, stops="repair.read_to_lock").at("repair.read_to_lock")
    Execution.objects.filter(id=run.id).update(open_steps=2)
    assert mending.result() == 0
    drain()
    assert status(run) == "succeeded"


def test_a_run_that_is_retried_while_it_is_suspected_is_not_mended(stage, anna):
    """R9: it was ended with an open step, and goes on with a right count now."""
    run = start(anna, chain(2))
    services.stop(execution_id=run.id)
    Step.objects.filter(execution=run, node_id="n1").update(status="pending")
    mending = stage.acts(invariants.repair, stops="repair.read_to_lock").at("repair.read_to_lock")
    services.retry_step(execution_id=run.id, step_id=step(run, "n0").id)
    assert mending.result() == 0
    drain()
    assert status(run) == "succeeded"


def test_two_tickers_mend_a_run_once(stage, anna):
    """R9: the second one finds it mended."""
    run = start(anna, chain(2))
    Execution.objects.filter(id=run.id).update(open_steps=7)
    first = stage.acts(invariants.repair, stops="repair.read_to_lock").at("repair.read_to_lock")
    second = stage.acts(invariants.repair, stops="repair.read_to_lock").at("repair.read_to_lock")
    assert sorted([first.result(), second.result()]) == [0, 1]
    drain()
    assert status(run) == "succeeded"
