"""A pause among workers: what starts has started before it was acknowledged, and what ends is not lost."""

from __future__ import annotations

import pytest

from executions import services, sweeps
from executions.errors import IllegalTransition
from tests.integration.executions.driving import chain, definition, drain, items, start, status, statuses, step
from tests.races.moves import claim, finish, finishing, outcomes, take
from tests.races.stage import hold, marks


def test_a_pause_waits_for_a_claim_that_was_before_it(stage, anna):
    """R5: the claim holds its step's row, so the answer to the pause comes after the start."""
    run = start(anna, chain(2))
    claiming = stage.unfinished(claim)
    pausing = stage.acts(lambda: services.pause(execution_id=run.id)).blocked()
    claimed = claiming.result()
    assert pausing.result().status == "paused"
    assert statuses(run) == {"n0": "running", "n1": "pending"}
    finish(claimed)
    assert statuses(run) == {"n0": "succeeded", "n1": "held"}


def test_a_step_that_is_being_held_cannot_be_claimed(stage, anna):
    """R5: a claim passes over the rows that a pause has written and not yet committed."""
    run = start(anna, chain(2))
    pausing = stage.unfinished(lambda: services.pause(execution_id=run.id))
    assert take() is None
    pausing.result()
    assert take() is None
    assert statuses(run)["n0"] == "held"


def test_a_claim_does_not_wait_for_a_pause_that_has_only_begun(stage, anna):
    """R11, R5: a claim asks nothing of the run's row; the pause has not been acknowledged, so the step may start."""
    run = start(anna, chain(2))
    pausing = stage.acts(lambda: services.pause(execution_id=run.id), stops="pause.locked").at("pause.locked")
    claimed = claim()
    pausing.result()
    assert statuses(run)["n0"] == "running"
    finish(claimed, alone=False)
    assert (status(run), statuses(run)) == ("paused", {"n0": "succeeded", "n1": "held"})


def test_a_result_that_meets_a_pause_is_recorded_and_its_successor_is_held(stage, anna):
    """R2: the pause has the run first."""
    run = start(anna, chain(3))
    working = stage.acts(finishing(claim(), alone=False), stops="step.after_effect").at("step.after_effect")
    pausing = stage.unfinished(lambda: services.pause(execution_id=run.id))
    working.go().blocked()
    pausing.result()
    assert working.result().claimed is None
    assert statuses(run) == {"n0": "succeeded", "n1": "held", "n2": "pending"}
    assert outcomes(run) == ["succeeded"]


def test_a_pause_that_meets_a_result_is_acknowledged_after_the_successor_has_started(stage, anna):
    """R2: the result has the run first, and claims the next step in the same statement."""
    run = start(anna, chain(3))
    claimed = claim()
    with hold(step(run, "n0")):
        working = stage.acts(finishing(claimed, alone=False)).blocked()
        pausing = stage.acts(lambda: services.pause(execution_id=run.id)).blocked()
    recorded = working.result()
    pausing.result()
    assert statuses(run) == {"n0": "succeeded", "n1": "running", "n2": "pending"}
    finish(recorded.claimed)
    assert statuses(run)["n2"] == "held"


def test_of_a_pause_and_a_resume_at_once_the_later_one_counts(stage, anna):
    """R2: each sees what the other has left."""
    run = start(anna, chain(1))
    pausing = stage.acts(lambda: services.pause(execution_id=run.id), stops="pause.locked").at("pause.locked")
    resuming = stage.acts(lambda: services.resume(execution_id=run.id)).blocked()
    pausing.result()
    assert resuming.result().status == "running"
    assert statuses(run) == {"n0": "ready"}


def test_two_pauses_at_once_are_one(stage, anna):
    """R2: the second finds the run paused, and changes nothing."""
    run = start(anna, chain(1))
    first = stage.acts(lambda: services.pause(execution_id=run.id), stops="pause.locked").at("pause.locked")
    second = stage.acts(lambda: services.pause(execution_id=run.id)).blocked()
    assert (first.result().status, second.result().status) == ("paused", "paused")
    assert marks(run.id)["execution.paused"] == 1


def test_a_pause_that_meets_the_last_result_is_refused(stage, anna):
    """R2: the run has ended while the pause waited for it."""
    run = start(anna, chain(1))
    claimed = claim()
    with hold(step(run, "n0")):
        working = stage.acts(finishing(claimed)).blocked()
        pausing = stage.acts(lambda: services.pause(execution_id=run.id)).blocked()
    assert working.result().ended
    with pytest.raises(IllegalTransition):
        pausing.result()
    assert status(run) == "succeeded"


def test_a_step_that_rests_is_held_though_its_time_comes_during_the_pause(stage, anna):
    """R2: the ticker passes over rows that the pause has written."""
    run = start(anna, resting())
    finish(claim())
    assert statuses(run)["n0"] == "delayed"
    stage.later(60)
    pausing = stage.unfinished(lambda: services.pause(execution_id=run.id))
    assert sweeps.wake_due() == 0
    pausing.result()
    assert sweeps.wake_due() == 0
    assert statuses(run)["n0"] == "held"


def test_a_step_that_rests_goes_on_resting_when_its_run_was_paused_meanwhile(stage, anna):
    """R2: the resume waits for the pause, and leaves to the clock what is not due."""
    run = start(anna, resting())
    finish(claim())
    pausing = stage.unfinished(lambda: services.pause(execution_id=run.id))
    resuming = stage.acts(lambda: services.resume(execution_id=run.id)).blocked()
    pausing.result()
    resuming.result()
    assert statuses(run)["n0"] == "delayed"
    assert take() is None
    stage.later(60)
    assert sweeps.wake_due() == 1
    drain()
    assert status(run) == "succeeded"


def test_a_pause_that_meets_the_ticker_holds_what_has_just_become_ready(stage, anna):
    """R2: the pause waits for the ticker's row and takes it as it is then."""
    run = start(anna, resting())
    finish(claim())
    stage.later(60)
    waking = stage.unfinished(sweeps.wake_due)
    pausing = stage.acts(lambda: services.pause(execution_id=run.id)).blocked()
    assert waking.result() == 1
    pausing.result()
    assert statuses(run)["n0"] == "held"
    assert take() is None


def test_a_step_whose_sleep_ends_during_a_pause_is_held_and_goes_on_after_it(stage, anna):
    """R2: the ticker leaves the runs alone that somebody has locked."""
    run = start(anna, definition([("nap", "delay", {"config": {"seconds": 5}}), ("end", "noop")], [("nap", "end")]))
    finish(claim())
    assert statuses(run)["nap"] == "waiting"
    stage.later(10)
    pausing = stage.acts(lambda: services.pause(execution_id=run.id), stops="pause.locked").at("pause.locked")
    assert sweeps.wake_due() == 0
    pausing.result()
    assert sweeps.wake_due() == 1
    assert statuses(run)["nap"] == "held"
    services.resume(execution_id=run.id)
    drain()
    assert status(run) == "succeeded"
    assert items(run, "end") == [{}]


def test_a_failure_that_meets_a_pause_ends_the_run(stage, anna):
    """R2: a pause keeps nothing alive that has failed."""
    run = start(anna, definition([("bad", "fail"), ("end", "noop")], [("bad", "end")]))
    working = stage.acts(finishing(claim()), stops="step.after_effect finish.locked")
    working.at("step.after_effect")
    pausing = stage.unfinished(lambda: services.pause(execution_id=run.id))
    working.go().blocked()
    pausing.result()
    working.at("finish.locked").result()
    assert status(run) == "failed"
    assert statuses(run) == {"bad": "failed", "end": "cancelled"}


def resting() -> dict:
    """A step that fails once and is tried again after a rest."""
    settings = {"retry": {"attempts": 3, "delaySeconds": 5}}
    return definition([("n0", "fail", {"config": {"transient": True, "times": 1}, "settings": settings})])
