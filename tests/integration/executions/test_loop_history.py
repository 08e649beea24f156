"""What a retry of a loop leaves of the passes that it takes back."""

from __future__ import annotations

from executions import invariants, runner, services
from executions.claims import Claimed
from executions.models import Attempt, Execution, Step, StepData
from tests.integration import runs
from tests.integration.executions.driving import drain, items, leases, start, status, statuses, step
from tests.integration.executions.test_loops import each_item, many, until_dear


def tries(run: Execution, node: str) -> list[tuple[list[int], int, int, str]]:
    """Scope, epoch, number and outcome of every attempt at the node, by pass."""
    rows = Attempt.objects.filter(step__execution=run, step__node_id=node).order_by("step__scope", "fence")
    return list(rows.values_list("step__scope", "epoch", "number", "outcome"))


def claim() -> Claimed:
    """The next step, leased."""
    claimed = runner._claim("cpu", leases())
    assert claimed is not None
    return claimed


def test_attempts_of_former_passes_are_kept_beside_those_of_the_new_ones(anna):
    """S3-12: attempts are numbered and kept, also in loops."""
    run = many(anna, each_item(), 2)
    drain()
    services.retry_step(execution_id=run.id, step_id=step(run, "each").id, force=True)
    assert not StepData.objects.filter(step__execution=run, step__node_id="a").exists()
    drain()
    assert status(run) == "succeeded"
    assert tries(run, "a") == [
        ([0], 1, 1, "succeeded"),
        ([0], 2, 1, "succeeded"),
        ([1], 1, 1, "succeeded"),
        ([1], 2, 1, "succeeded"),
    ]
    assert items(run, "end") == [{"n": 0}, {"n": 1}]
    assert invariants.repair() == 0


def test_the_attempts_of_former_passes_are_shown(anna):
    """S3-12: attempts are kept where people look for them, with their epoch and number."""
    run = many(anna, each_item(), 2)
    drain()
    StepData.objects.filter(step__execution=run, step__node_id="start").update(items=[{"n": 0}])
    services.retry_step(execution_id=run.id, step_id=step(run, "each").id, force=True)
    drain()
    shown = [
        runs.client(anna).get(f"/api/v1/executions/{run.id}/steps/{one.id}").json()
        for one in Step.objects.filter(execution=run, node_id="a")
    ]
    assert [one["status"] for one in shown] == ["succeeded", "dropped"]
    told = [[(tried["epoch"], tried["number"], tried["outcome"]) for tried in one["attempts"]] for one in shown]
    assert told == [[(1, 1, "succeeded"), (2, 1, "succeeded")], [(1, 1, "succeeded")]]


def test_passes_that_do_not_come_again_stay_as_history_and_change_nothing(anna):
    run = many(anna, each_item(), 3)
    drain()
    StepData.objects.filter(step__execution=run, step__node_id="start").update(items=[{"n": 0}])
    services.retry_step(execution_id=run.id, step_id=step(run, "each").id, force=True)
    drain()
    assert (status(run), run.open_steps) == ("succeeded", 0)
    assert items(run, "end") == [{"n": 0}]
    passes = Step.objects.filter(execution=run, node_id="a").values_list("scope", "status")
    assert list(passes) == [([0], "succeeded"), ([1], "dropped"), ([2], "dropped")]
    assert len(tries(run, "a")) == 4
    assert invariants.repair() == 0
    services.retry_step(execution_id=run.id, step_id=step(run, "end").id, force=True)
    drain()
    assert statuses(run)["end"] == "succeeded"


def test_a_worker_of_a_former_pass_cannot_write_into_the_new_one(anna):
    run = start(anna, until_dear(3), input_data={"price": 20})
    zombie = claim()
    services.stop(execution_id=run.id)
    services.retry_step(execution_id=run.id, step_id=zombie.step_id)
    again = claim()
    assert (again.step_id, again.attempt) == (zombie.step_id, 1)
    recorded, _carried = runner._step(zombie, None, leases(), continue_on=None)
    assert recorded is None
    assert Step.objects.get(id=again.step_id).status == "running"
    runner._step(again, None, leases(), continue_on=None)
    drain()
    assert status(run) == "succeeded"


def test_a_try_in_a_loop_that_a_retry_takes_away_is_written_down(anna):
    run = many(anna, each_item(), 1)
    drain(until=1)
    running = claim()
    assert running.node_id == "a"
    services.pause(execution_id=run.id)
    services.retry_step(execution_id=run.id, step_id=step(run, "start").id, force=True)
    assert tries(run, "a") == [([0], 1, 1, "cancelled")]
    assert runner._step(running, None, leases(), continue_on=None) == (None, None)
    services.resume(execution_id=run.id)
    drain()
    assert status(run) == "succeeded"
    assert tries(run, "a") == [([0], 1, 1, "cancelled"), ([0], 2, 1, "succeeded")]
