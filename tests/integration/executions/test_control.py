"""Pause, resume, stop, retry, deadlines: what people and time do to a run."""

from __future__ import annotations

import pytest
from django.db import connection

from accounts import clock
from executions import runner, services, sweeps
from executions.errors import BadInput, IdempotencyMismatch, IllegalTransition, StepNotFound, WorkflowBusy
from executions.models import Execution, StepData
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
    workflow,
)
from workflows import services as workflows


def test_after_a_pause_no_step_starts_until_the_run_is_resumed(anna):
    """S3-11: pause, no new step starts; resume goes on."""
    run = start(anna, chain(3))
    runner.drain("cpu", leases(), steps=1)
    services.pause(execution_id=run.id, user=anna)
    assert drain() == 0
    assert statuses(run) == {"n0": "succeeded", "n1": "held", "n2": "pending"}
    services.resume(execution_id=run.id, user=anna)
    drain()
    assert status(run) == "succeeded"


def test_pause_resume_and_stop_change_nothing_the_second_time(anna):
    """S3-11: repeated pause, resume and stop are idempotent."""
    run = start(anna, chain(2))
    for verb in (services.pause, services.resume, services.stop):
        verb(execution_id=run.id, user=anna)
        before = journal(run)
        verb(execution_id=run.id, user=anna)
        assert journal(run) == before


def test_stop_cancels_everything_and_is_final(anna):
    """S3-11: stop, the rest is cancelled; resume after stop is refused with the state."""
    run = start(anna, chain(3))
    runner.drain("cpu", leases(), steps=1)
    services.stop(execution_id=run.id, user=anna)
    assert statuses(run) == {"n0": "succeeded", "n1": "cancelled", "n2": "cancelled"}
    assert (status(run), run.open_steps) == ("stopped", 0)
    assert run.finished_at is not None
    with pytest.raises(IllegalTransition) as refused:
        services.resume(execution_id=run.id, user=anna)
    assert refused.value.details == {"status": "stopped"}
    assert drain() == 0


def test_a_finished_run_can_be_neither_paused_nor_stopped(anna):
    run = start(anna, chain(1))
    drain()
    for verb in (services.pause, services.stop):
        with pytest.raises(IllegalTransition):
            verb(execution_id=run.id, user=anna)


def test_a_result_that_comes_after_the_stop_is_thrown_away(anna):
    run = start(anna, chain(2))
    held = leases()
    claimed = runner._claim("cpu", held)
    services.stop(execution_id=run.id, user=anna)
    assert claimed is not None
    recorded, _carried = runner._step(claimed, None, held, continue_on="cpu")
    assert recorded is None
    assert statuses(run) == {"n0": "cancelled", "n1": "cancelled"}
    assert not StepData.objects.filter(step__execution=run).exists()


def test_a_result_that_comes_during_a_pause_is_kept_and_its_successor_held(anna):
    run = start(anna, chain(2))
    held = leases()
    claimed = runner._claim("cpu", held)
    services.pause(execution_id=run.id, user=anna)
    assert claimed is not None
    runner._step(claimed, None, held, continue_on="cpu")
    assert statuses(run) == {"n0": "succeeded", "n1": "held"}
    assert status(run) == "paused"


def broken_then_fine():
    flaky = {"config": {"message": "broken", "times": 1}}
    return definition(
        [("a", "noop"), ("b", "fail", flaky), ("side", "noop"), ("c", "noop")],
        [("a", "b"), ("a", "side"), ("b", "c"), ("side", "c")],
    )


def test_a_failed_step_is_retried_with_what_came_after_it_and_its_siblings_are_kept(anna):
    """S3-12: re-runs it and everything downstream that depended on it, keeps siblings; attempts are kept."""
    run = start(anna, chain(3))
    drain()
    before = step(run, "n0").finished_at
    services.retry_step(execution_id=run.id, step_id=step(run, "n1").id, user=anna, force=True)
    assert statuses(run) == {"n0": "succeeded", "n1": "ready", "n2": "pending"}
    assert status(run) == "running"
    drain()
    assert status(run) == "succeeded"
    assert step(run, "n0").finished_at == before
    assert step(run, "n1").attempts.count() == 2


def test_a_failed_run_goes_on_from_the_step_that_failed_and_runs_what_was_cancelled(anna):
    run = start(anna, broken_then_fine())
    drain()
    assert (status(run), step(run, "side").status) == ("failed", "cancelled")
    services.retry_step(execution_id=run.id, step_id=step(run, "b").id, user=anna)
    assert statuses(run) == {"a": "succeeded", "b": "ready", "side": "ready", "c": "pending"}
    assert (status(run), run.error) == ("running", None)
    drain()
    assert {name: step(run, name).attempts.count() for name in ("a", "b")} == {"a": 1, "b": 2}


def test_a_step_that_succeeded_needs_force(anna):
    """S3-12: only failed or cancelled steps, others with `force`."""
    run = start(anna, chain(1))
    drain()
    with pytest.raises(IllegalTransition) as refused:
        services.retry_step(execution_id=run.id, step_id=step(run, "n0").id, user=anna)
    assert refused.value.details["stepStatus"] == "succeeded"


def test_a_running_run_refuses_a_retry(anna):
    run = start(anna, chain(2))
    runner.drain("cpu", leases(), steps=1)
    with pytest.raises(IllegalTransition):
        services.retry_step(execution_id=run.id, step_id=step(run, "n0").id, user=anna, force=True)


def test_a_retry_in_a_paused_run_waits_for_the_resume(anna):
    """S3-12: on a paused run it stays paused."""
    run = start(anna, chain(2))
    runner.drain("cpu", leases(), steps=1)
    services.pause(execution_id=run.id, user=anna)
    services.retry_step(execution_id=run.id, step_id=step(run, "n0").id, user=anna, force=True)
    assert statuses(run) == {"n0": "held", "n1": "pending"}
    assert status(run) == "paused"
    services.resume(execution_id=run.id, user=anna)
    drain()
    assert status(run) == "succeeded"


def test_a_stopped_run_can_be_taken_up_at_a_step(anna):
    run = start(anna, chain(3))
    runner.drain("cpu", leases(), steps=1)
    services.stop(execution_id=run.id, user=anna)
    services.retry_step(execution_id=run.id, step_id=step(run, "n1").id, user=anna)
    drain()
    assert status(run) == "succeeded"


def test_a_step_of_another_run_is_not_found(anna):
    one, two = start(anna, chain(1)), start(anna, chain(1))
    drain()
    with pytest.raises(StepNotFound):
        services.retry_step(execution_id=one.id, step_id=step(two, "n0").id, user=anna, force=True)


def test_a_run_over_its_deadline_fails_and_says_so(anna):
    run = start(anna, definition([("a", "noop")], deadlineSeconds=60))
    assert sweeps.end_overdue() == 0
    clock.shift(connection, 61)
    assert sweeps.end_overdue() == 1
    clock.shift(connection, 0)
    assert status(run) == "failed"
    assert run.error["code"] == "deadline_exceeded"


def test_a_delay_sleeps_as_a_row_and_wakes_in_its_time(anna):
    """S3-16: the delay is durable."""
    what = definition([("wait", "delay", {"config": {"seconds": 3600}}), ("end", "noop")], [("wait", "end")])
    run = start(anna, what, input_data={"x": 1})
    drain()
    assert step(run, "wait").status == "waiting"
    assert sweeps.wake_due() == 0
    clock.shift(connection, 3601)
    assert sweeps.wake_due() == 1
    clock.shift(connection, 0)
    drain()
    assert status(run) == "succeeded"
    assert StepData.objects.get(step__node_id="end").items == [{"x": 1}]


def test_a_delay_that_is_over_during_a_pause_goes_on_after_the_resume(anna):
    run = start(anna, definition([("wait", "delay", {"config": {"seconds": 60}})]))
    drain()
    services.pause(execution_id=run.id, user=anna)
    clock.shift(connection, 61)
    sweeps.wake_due()
    assert step(run, "wait").status == "held"
    services.resume(execution_id=run.id, user=anna)
    clock.shift(connection, 0)
    drain()
    assert status(run) == "succeeded"


def test_the_same_key_and_body_give_the_same_run(anna):
    """S3-5: `Idempotency-Key` is honoured."""
    target = workflows.startable(workflow(anna, chain(1)).id, anna)
    options = {"target": target, "user": anna, "idempotency_key": "k"}
    first, new = services.start(**options, input_data={"a": 1, "b": 2})
    again, repeated = services.start(**options, input_data={"b": 2, "a": 1})
    assert (new, repeated, first.id == again.id) == (True, False, True)
    with pytest.raises(IdempotencyMismatch):
        services.start(**options, input_data={"a": 2})
    assert Execution.objects.count() == 1


def test_a_key_is_free_again_after_a_day(anna):
    target = workflows.startable(workflow(anna, chain(1)).id, anna)
    first, _new = services.start(target=target, user=anna, idempotency_key="k")
    clock.shift(connection, 24 * 3600 + 1)
    second, new = services.start(target=target, user=anna, idempotency_key="k")
    clock.shift(connection, 0)
    assert new
    assert first.id != second.id


@pytest.mark.parametrize("options", [{"input_data": [1]}, {"priority": 11}, {"priority": -1}, {"idempotency_key": ""}])
def test_a_start_names_the_field_that_is_wrong(anna, options):
    with pytest.raises(BadInput) as refused:
        start(anna, chain(1), **options)
    assert len(refused.value.details["fields"]) == 1


def test_a_workflow_with_open_runs_is_busy(anna):
    run = start(anna, chain(1))
    with pytest.raises(WorkflowBusy):
        services.refuse_if_open(run.workflow_id)
    drain()
    services.refuse_if_open(run.workflow_id)
