"""A stop, a deadline and a failure among workers: what has ended stays, what ends later is thrown away."""

from __future__ import annotations

from executions import runner, services, sweeps
from executions.models import StepData
from tests.integration.executions.driving import chain, definition, drain, leases, start, status, statuses, step
from tests.races.moves import claim, finish, finishing, outcomes, take
from tests.races.stage import hold, marks


def test_a_result_that_comes_after_the_stop_is_thrown_away(stage, anna):
    """R6: the stop was acknowledged while the node ran."""
    run = start(anna, chain(2))
    working = stage.acts(finishing(claim()), stops="step.after_effect").at("step.after_effect")
    services.stop(execution_id=run.id)
    assert working.result() is None
    assert statuses(run) == {"n0": "cancelled", "n1": "cancelled"}
    assert outcomes(run) == ["cancelled"]
    assert not StepData.objects.filter(step__execution=run).exists()


def test_a_result_that_waits_for_the_stop_is_thrown_away(stage, anna):
    """R6: the stop has the run, and the result waits for its commit."""
    run = start(anna, chain(2))
    working = stage.acts(finishing(claim()), stops="step.after_effect").at("step.after_effect")
    stopping = stage.unfinished(lambda: services.stop(execution_id=run.id))
    working.go().blocked()
    stopping.result()
    assert working.result() is None
    assert (status(run), outcomes(run)) == ("stopped", ["cancelled"])


def test_a_stop_that_waits_for_a_result_keeps_it_and_cancels_what_came_after(stage, anna):
    """R6: the result has the run, and has already begun the next step."""
    run = start(anna, chain(3))
    claimed = claim()
    with hold(step(run, "n0")):
        working = stage.acts(finishing(claimed, alone=False)).blocked()
        stopping = stage.acts(lambda: services.stop(execution_id=run.id)).blocked()
    following = working.result().claimed
    assert stopping.result().status == "stopped"
    assert statuses(run) == {"n0": "succeeded", "n1": "cancelled", "n2": "cancelled"}
    assert finish(following) is None
    assert outcomes(run, "n1") == ["cancelled"]


def test_a_stop_waits_for_a_claim_and_ends_its_try(stage, anna):
    """R6: the step was leased when the stop came to its row, so a try has ended too."""
    run = start(anna, chain(2))
    claiming = stage.unfinished(claim)
    stopping = stage.acts(lambda: services.stop(execution_id=run.id)).blocked()
    claimed = claiming.result()
    stopping.result()
    assert statuses(run) == {"n0": "cancelled", "n1": "cancelled"}
    assert outcomes(run, "n0") == ["cancelled"]
    assert finish(claimed) is None


def test_a_step_that_is_being_cancelled_cannot_be_claimed(stage, anna):
    """R6: a claim passes over the rows that a stop has written and not yet committed."""
    run = start(anna, chain(2))
    stopping = stage.unfinished(lambda: services.stop(execution_id=run.id))
    assert take() is None
    stopping.result()
    assert take() is None
    assert status(run) == "stopped"


def test_a_retry_that_waits_for_a_stop_goes_on_with_what_it_cancelled(stage, anna):
    """R6: a person changed their mind; the retry sees the run stopped."""
    run = start(anna, chain(2))
    stopping = stage.unfinished(lambda: services.stop(execution_id=run.id))
    retrying = stage.acts(lambda: services.retry_step(execution_id=run.id, step_id=step(run, "n0").id)).blocked()
    stopping.result()
    assert retrying.result().status == "running"
    drain()
    assert status(run) == "succeeded"


def test_a_stop_that_waits_for_a_retry_stops_what_it_has_begun(stage, anna):
    """R6: the last word counts."""
    run = start(anna, chain(2))
    services.stop(execution_id=run.id)
    retrying = stage.unfinished(lambda: services.retry_step(execution_id=run.id, step_id=step(run, "n0").id))
    stopping = stage.acts(lambda: services.stop(execution_id=run.id)).blocked()
    retrying.result()
    assert stopping.result().status == "stopped"
    assert take() is None
    assert statuses(run) == {"n0": "cancelled", "n1": "cancelled"}


def test_two_stops_at_once_are_one(stage, anna):
    """R6: the second finds the run stopped, and changes nothing."""
    run = start(anna, chain(1))
    first = stage.acts(lambda: services.stop(execution_id=run.id), stops="stop.locked").at("stop.locked")
    second = stage.acts(lambda: services.stop(execution_id=run.id)).blocked()
    assert (first.result().status, second.result().status) == ("stopped", "stopped")
    assert marks(run.id)["execution.stopped"] == 1


def test_a_deadline_that_waits_for_the_last_result_has_nothing_to_end(stage, anna):
    """R6: the run has succeeded while the ticker waited for it."""
    run = start(anna, limited())
    claimed = claim()
    stage.later(30)
    with hold(step(run, "n0")):
        working = stage.acts(finishing(claimed)).blocked()
        ending = stage.acts(sweeps.end_overdue).blocked()
    working.result()
    assert ending.result() == 0
    assert status(run) == "succeeded"


def test_a_last_result_that_waits_for_the_deadline_is_thrown_away(stage, anna):
    """R6: the ticker had the run first."""
    run = start(anna, limited())
    claimed = claim()
    stage.later(30)
    ending = stage.acts(sweeps.end_overdue, stops="fail.locked").at("fail.locked")
    working = stage.acts(finishing(claimed)).blocked()
    assert ending.result() == 1
    assert working.result() is None
    assert (status(run), run.error["code"]) == ("failed", "deadline_exceeded")
    assert outcomes(run) == ["cancelled"]


def test_two_tickers_end_a_run_that_is_too_late_once(stage, anna):
    """R9: the second finds the run ended."""
    run = start(anna, limited())
    stage.later(30)
    first = stage.acts(sweeps.end_overdue, stops="fail.locked").at("fail.locked")
    second = stage.acts(sweeps.end_overdue).blocked()
    assert (first.result(), second.result()) == (1, 0)
    assert marks(run.id)["execution.failed"] == 1


def test_two_failures_at_once_fail_the_run_once_and_both_are_kept(stage, anna):
    """R3: the first one decides what the run died of, the second one ends it."""
    run = start(anna, definition([("a", "fail"), ("b", "fail"), ("end", "noop")], [("a", "end"), ("b", "end")]))
    a, b = claim(), claim()
    first = stage.acts(finishing(a), stops="finish.before_commit").at("finish.before_commit")
    second = stage.acts(finishing(b)).blocked()
    first.result()
    second.result()
    assert status(run) == "failed"
    assert run.error["details"]["nodeId"] == "a"
    assert statuses(run) == {"a": "failed", "b": "failed", "end": "cancelled"}
    assert marks(run.id)["execution.failed"] == marks(run.id)["execution.failing"] == 1


def test_a_result_that_waits_for_a_failure_is_kept_and_ends_the_run(stage, anna):
    """R3: what runs while the run fails may end, and nothing comes after it."""
    run = start(anna, definition([("bad", "fail"), ("good", "noop"), ("end", "noop")], [("good", "end")]))
    bad, good = claim(), claim()
    failing = stage.acts(finishing(bad), stops="finish.before_commit").at("finish.before_commit")
    working = stage.acts(finishing(good, alone=False)).blocked()
    failing.result()
    recorded = working.result()
    assert recorded.ended
    assert recorded.claimed is None
    assert (status(run), statuses(run)) == ("failed", {"bad": "failed", "good": "succeeded", "end": "cancelled"})


def test_a_failure_that_waits_for_a_claim_lets_that_step_end(stage, anna):
    """R5: the step has started before the run failed, so it is not among those that are cancelled."""
    run = start(anna, definition([("bad", "fail"), ("good", "noop"), ("end", "noop")], [("good", "end")]))
    bad = claim()
    claiming = stage.unfinished(claim)
    failing = stage.acts(finishing(bad)).blocked()
    good = claiming.result()
    failing.result()
    assert (status(run), run.open_steps) == ("failing", 1)
    assert statuses(run) == {"bad": "failed", "good": "running", "end": "cancelled"}
    finish(good)
    assert status(run) == "failed"


def test_a_worker_whose_step_was_cancelled_before_it_came_to_run_it_does_not_write(stage, anna):
    """R6: the stop comes between the claim and the first move of the worker."""
    run = start(anna, chain(2))
    working = stage.acts(lambda: runner.drain("cpu", leases(), seconds=60), stops="claim.after_commit")
    working.at("claim.after_commit")
    services.stop(execution_id=run.id)
    working.result()
    assert statuses(run) == {"n0": "cancelled", "n1": "cancelled"}
    assert outcomes(run) == ["cancelled"]


def limited() -> dict:
    return {**chain(1), "settings": {"deadlineSeconds": 10}}


def test_a_run_that_is_retried_before_its_deadline_is_dealt_with_has_a_new_one(stage, anna):
    """R7: the ticker found it late, and meanwhile it was stopped and begun again."""
    run = start(anna, limited())
    stage.later(60)

    def begin_again() -> None:
        services.stop(execution_id=run.id)
        services.retry_step(execution_id=run.id, step_id=step(run, "n0").id)

    retrying = stage.unfinished(begin_again)
    ending = stage.acts(sweeps.end_overdue).blocked()
    retrying.result()
    assert ending.result() == 0
    drain()
    assert status(run) == "succeeded"
