"""Running a step again: what is put back, in which state, and what the run makes of it in the end."""

from __future__ import annotations

from django.db import connection

from accounts import clock
from executions import invariants, runner, services, sweeps
from executions.claims import Claimed
from executions.engine import settlement as settlements
from executions.engine.settlement import Failure
from executions.models import Attempt, Step
from executions.services.settling import Report
from tests.integration.executions.driving import (
    chain,
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


def claim(queue: str = "cpu") -> Claimed:
    claimed = runner._claim(queue, leases())
    assert claimed is not None
    return claimed


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
