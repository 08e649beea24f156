"""Running a step again: what is put back, in which state, and what the run makes of it in the end."""

from __future__ import annotations

import pytest
from django.db import connection

from accounts import clock
from executions import invariants, runner, services, sweeps
from executions.claims import Claimed
from executions.engine import settlement as settlements
from executions.engine.settlement import Failure
from executions.errors import NothingToRetry
from executions.models import Attempt, Step
from executions.services.settling import Report
from tests.integration.executions.driving import (
    chain,
    claim,
    definition,
    drain,
    journal,
    leases,
    start,
    status,
    statuses,
    step,
)
from workflows import services as workflows


def finish(*claims: Claimed) -> None:
    """Run claimed steps, one after the other, and go on with none."""
    held = leases()
    for claimed in claims:
        runner._step(claimed, None, held, continue_on=None)


def break_down(*claims: Claimed) -> None:
    """Record that claimed steps have failed for good."""
    for claimed in claims:
        graph = workflows.compiled(claimed.version_id)
        failure = Failure("broken", "broken")
        settlement = settlements.failed(graph.nodes[claimed.node_id], failure, tries=0, jitter=0.5, items=())
        services.settle(Report(claimed, graph, settlement))


def test_a_retried_step_waits_for_the_cancelled_step_before_it(anna):
    run = start(anna, chain(3))
    runner.drain("cpu", leases(), steps=1)
    services.stop(execution_id=run.id)
    services.retry_step(execution_id=run.id, step_id=step(run, "n2").id)
    assert statuses(run) == {"n0": "succeeded", "n1": "ready", "n2": "pending"}
    drain()
    assert status(run) == "succeeded"
    assert step(run, "n2").attempts.count() == 1
    assert "step.retried" in journal(run)


def test_a_retry_skips_the_cancelled_branch_that_its_condition_did_not_choose(anna):
    chooses = {"config": {"conditions": [{"field": "price", "op": "gt", "value": 10}]}}
    what = definition(
        [("bad", "noop"), ("if", "if", chooses), ("dear", "noop"), ("cheap", "noop"), ("end", "noop")],
        [("if", "dear", "true"), ("if", "cheap", "false"), ("dear", "end"), ("cheap", "end"), ("bad", "end")],
    )
    run = start(anna, what, input_data={"price": 20})
    bad, condition = claim(), claim()
    break_down(bad)
    finish(condition)
    assert status(run) == "failed"
    services.retry_step(execution_id=run.id, step_id=step(run, "bad").id)
    drain()
    assert invariants.repair() == 0
    assert status(run) == "succeeded"
    assert (step(run, "cheap").status, step(run, "end").status) == ("skipped", "succeeded")


def test_a_run_in_which_another_step_stays_failed_ends_as_failed(anna):
    what = definition([("one", "noop"), ("two", "noop")])
    run = start(anna, what)
    break_down(claim(), claim())
    services.retry_step(execution_id=run.id, step_id=step(run, "one").id)
    drain()
    assert statuses(run) == {"one": "succeeded", "two": "failed"}
    assert status(run) == "failed"
    assert run.error["details"]["nodeId"] == "two"
    assert journal(run)[-1] == "execution.failed"
    services.retry_step(execution_id=run.id, step_id=step(run, "two").id)
    drain()
    assert (status(run), run.error) == ("succeeded", None)


def test_the_try_that_a_retry_takes_away_from_its_worker_is_written_down(anna):
    run = start(anna, chain(2))
    runner.drain("cpu", leases(), steps=1)
    running = claim()
    services.pause(execution_id=run.id)
    services.retry_step(execution_id=run.id, step_id=step(run, "n0").id, force=True)
    taken = step(run, "n1")
    assert (taken.status, taken.leased_by, taken.lease_expires_at) == ("pending", None, None)
    assert list(Attempt.objects.filter(step=taken).values_list("fence", "outcome")) == [(running.fence, "cancelled")]
    finish(running)
    services.resume(execution_id=run.id)
    drain()
    assert status(run) == "succeeded"
    assert Attempt.objects.filter(step=taken, outcome="succeeded").count() == 1


def test_a_retried_step_that_was_once_rescued_waits_on_its_own_queue_again(anna):
    wait = {"config": {"url": "http://127.0.0.1:9/", "method": "GET"}}
    run = start(anna, definition([("a", "http-request", wait)]))
    Step.objects.filter(execution=run).update(queue="cpu", rescues=1)
    services.stop(execution_id=run.id)
    services.retry_step(execution_id=run.id, step_id=step(run, "a").id)
    assert (step(run, "a").queue, step(run, "a").rescues) == ("io", 0)


def test_a_run_taken_up_after_its_deadline_has_its_whole_time_again(anna):
    run = start(anna, definition([("a", "noop")], deadlineSeconds=60))
    clock.shift(connection, 61)
    sweeps.end_overdue()
    services.retry_step(execution_id=run.id, step_id=step(run, "a").id)
    assert sweeps.end_overdue() == 0
    clock.shift(connection, 130)
    assert sweeps.end_overdue() == 1
    clock.shift(connection, 0)


def test_branches_that_the_failure_had_cancelled_go_on_when_it_is_mended(anna):
    """S3-12: siblings are kept, and those that the failure cancelled go on: only then has the run succeeded."""
    what = definition([("bad", "noop"), ("beside", "noop"), ("then", "noop")], [("beside", "then")])
    run = start(anna, what)
    bad = claim()
    break_down(bad)
    assert statuses(run) == {"bad": "failed", "beside": "cancelled", "then": "cancelled"}
    services.retry_step(execution_id=run.id, step_id=step(run, "bad").id)
    drain()
    assert statuses(run) == dict.fromkeys(("bad", "beside", "then"), "succeeded")
    assert (status(run), run.error) == ("succeeded", None)
    assert invariants.repair() == 0


def test_what_lies_behind_a_failure_that_stays_is_left_for_its_own_retry(anna):
    what = definition([("one", "noop"), ("two", "noop"), ("after", "noop")], [("two", "after")])
    run = start(anna, what)
    break_down(claim(), claim())
    services.retry_step(execution_id=run.id, step_id=step(run, "one").id)
    drain()
    assert statuses(run) == {"one": "succeeded", "two": "failed", "after": "cancelled"}
    services.retry_step(execution_id=run.id, step_id=step(run, "two").id)
    drain()
    assert (status(run), run.error) == ("succeeded", None)


def test_one_step_of_a_stopped_run_does_not_wake_the_others_and_the_run_says_so(anna):
    """S3-12: a person has stopped the other branches, and the end of the run is honest about them."""
    run = start(anna, definition([("one", "noop"), ("two", "noop")]))
    services.stop(execution_id=run.id)
    services.retry_step(execution_id=run.id, step_id=step(run, "one").id)
    drain()
    assert statuses(run) == {"one": "succeeded", "two": "cancelled"}
    assert (status(run), run.error["code"], run.error["details"]) == ("failed", "steps_left_out", {"count": 1})
    services.retry(execution_id=run.id, user=anna)
    drain()
    assert (status(run), run.error) == ("succeeded", None)


def failed_beside_a_choice(anna):
    """A run that has failed while its condition chose `dear`: `cheap` was cancelled before it could be skipped."""
    chooses = {"config": {"conditions": [{"field": "price", "op": "gt", "value": 10}]}}
    what = definition(
        [("bad", "noop"), ("if", "if", chooses), ("dear", "noop"), ("cheap", "noop"), ("end", "noop")],
        [("if", "dear", "true"), ("if", "cheap", "false"), ("cheap", "end")],
    )
    run = start(anna, what, input_data={"price": 20})
    bad, condition = claim(), claim()
    break_down(bad)
    finish(condition)
    assert status(run) == "failed"
    return run


def test_a_retry_from_the_failure_does_not_run_the_branch_that_was_not_chosen(anna):
    run = failed_beside_a_choice(anna)
    services.retry(execution_id=run.id, user=anna)
    drain()
    assert status(run) == "succeeded"
    assert (step(run, "dear").status, step(run, "cheap").status, step(run, "end").status) == (
        "succeeded",
        "skipped",
        "skipped",
    )


def test_a_step_to_which_no_branch_leads_any_more_cannot_be_retried(anna):
    run = failed_beside_a_choice(anna)
    Step.objects.filter(execution=run, node_id="bad").update(handled=True)
    Step.objects.filter(execution=run, node_id="dear").update(status="succeeded", fired=["out"])
    with pytest.raises(NothingToRetry):
        services.retry_step(execution_id=run.id, step_id=step(run, "end").id)
    assert status(run) == "failed"
