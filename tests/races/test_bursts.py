"""Quick steps that are recorded together: all of them or none, and whatever happens meanwhile counts."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from executions import claims, runner, services, sweeps
from executions.engine.settlement import success
from executions.models import Attempt, ExecutionEvent, Step
from executions.services.settling import Report
from tests.integration.executions.driving import (
    NodeSpec,
    chain,
    definition,
    drain,
    items,
    leases,
    start,
    status,
    statuses,
    step,
)
from tests.races.moves import LEASE_OVER, outcomes
from tests.races.stage import die, marks
from workflows import services as workflows

FAN = [("n0", "a"), ("n0", "b"), ("n0", "c"), ("a", "end"), ("b", "end"), ("c", "end")]


def fan(join: str = "all_resolved", a: NodeSpec = ("a", "noop")) -> dict[str, Any]:
    end: NodeSpec = ("end", "noop", {"settings": {"join": join}})
    return definition([("n0", "noop"), a, ("b", "noop"), ("c", "noop"), end], FAN)


def work() -> int:
    return runner.drain("cpu", leases(), seconds=60)


def test_quick_steps_have_a_try_a_journal_line_and_times_in_their_order(stage, anna):
    run = start(anna, chain(4), input_data={"x": 1})
    assert work() == 4
    assert (status(run), outcomes(run)) == ("succeeded", ["succeeded"] * 4)
    assert marks(run.id)["step.succeeded"] == 4
    assert [items(run, f"n{number}") for number in range(4)] == [[{"x": 1}]] * 4
    lines = ExecutionEvent.objects.filter(execution=run, type="step.succeeded").order_by("seq")
    assert [line.payload["nodeId"] for line in lines] == ["n0", "n1", "n2", "n3"]
    assert [line.step_id for line in lines] == [step(run, f"n{number}").id for number in range(4)]
    steps = [step(run, f"n{number}") for number in range(4)]
    times = [time for ran in steps for time in (ran.started_at, ran.finished_at) if time is not None]
    assert len(times) == 8
    assert times == sorted(times)
    assert Step.objects.filter(execution=run, attempt=1, fence=1).count() == 4


def test_a_worker_that_dies_before_the_record_has_done_nothing(stage, anna):
    """R1: its steps run one by one afterwards, so that the one that kills workers is known."""
    run = start(anna, chain(4))
    stage.acts(work, burst__step=die).killed()
    assert statuses(run) == {"n0": "running", "n1": "pending", "n2": "pending", "n3": "pending"}
    stage.later(LEASE_OVER)
    assert sweeps.rescue_expired() == 1
    again = stage.acts(work)
    assert again.result() == 4
    assert again.visits["burst.step"] == 2, "n1 is claimed by itself; what comes after it has no such history"
    assert (status(run), outcomes(run)) == ("succeeded", ["lost"] + ["succeeded"] * 4)


def test_a_pause_that_comes_meanwhile_holds_what_was_run_in_memory(stage, anna):
    """R2: the first step is recorded, and nothing has started after the pause was acknowledged."""
    run = start(anna, chain(3))
    working = stage.acts(work, stops="burst.step").at("burst.step")
    services.pause(execution_id=run.id)
    assert working.result() == 1
    assert statuses(run) == {"n0": "succeeded", "n1": "held", "n2": "pending"}
    services.resume(execution_id=run.id, user=anna)
    drain()
    assert outcomes(run) == ["succeeded"] * 3


def test_a_pause_that_has_come_and_gone_meanwhile_is_kept_too(stage, anna):
    """R2: the worker was frozen through it; what it had begun in memory would seem to have started during the pause."""
    run = start(anna, chain(3))
    working = stage.acts(work, stops="burst.step").at("burst.step")
    services.pause(execution_id=run.id)
    services.resume(execution_id=run.id, user=anna)
    working.result()
    drain()
    assert (status(run), outcomes(run)) == ("succeeded", ["succeeded"] * 3)
    begun = Attempt.objects.filter(step__node_id="n1").get().started_at
    assert begun > ExecutionEvent.objects.get(execution=run, type="execution.resumed").at


def test_a_stop_that_comes_meanwhile_wins(stage, anna):
    run = start(anna, chain(3))
    working = stage.acts(work, stops="burst.step").at("burst.step")
    services.stop(execution_id=run.id, user=anna)
    working.result()
    assert (status(run), set(statuses(run).values())) == ("stopped", {"cancelled"})
    assert "step.succeeded" not in marks(run.id)


def test_a_lease_that_is_lost_meanwhile_takes_all_of_them_along(stage, anna):
    run = start(anna, chain(3))
    late = stage.acts(work, stops="burst.step").at("burst.step")
    stage.later(LEASE_OVER)
    assert sweeps.rescue_expired() == 1
    assert work() == 3
    assert late.result() == 1
    assert (status(run), outcomes(run)) == ("succeeded", ["lost"] + ["succeeded"] * 3)


def test_an_error_is_found_again_under_a_claim_and_nothing_has_started_after_it(stage, anna):
    run = start(anna, fan(a=("a", "fail", {"config": {"message": "no"}})))
    drain()
    assert status(run) == "failed"
    assert outcomes(run, "a") == ["failed"]
    assert statuses(run) == {"n0": "succeeded", "a": "failed", "b": "cancelled", "c": "cancelled", "end": "cancelled"}


def test_joins_of_every_kind_are_reached_once(stage, anna):
    for join in ("any", "all_live", "all_resolved"):
        run = start(anna, fan(join))
        drain()
        assert (status(run), len(outcomes(run))) == ("succeeded", 5), join


def test_a_branch_that_is_not_taken_is_skipped_with_it(stage, anna):
    chosen: NodeSpec = ("if", "if", {"config": {"conditions": [{"field": "x", "op": "eq", "value": 1}]}})
    nodes: list[NodeSpec] = [("n0", "noop"), chosen, ("yes", "noop"), ("no", "noop"), ("after", "noop")]
    edges = [("n0", "if"), ("if", "yes", "true"), ("if", "no", "false"), ("yes", "after"), ("no", "after")]
    run = start(anna, definition(nodes, edges), input_data={"x": 1})
    drain()
    assert statuses(run) == {node[0]: "skipped" if node[0] == "no" else "succeeded" for node in nodes}


def test_steps_that_wait_or_ask_for_the_run_are_run_by_themselves(stage, anna):
    nodes: list[NodeSpec] = [
        ("n0", "noop"),
        ("wait", "delay", {"config": {"seconds": 60}}),
        ("asks", "set", {"config": {"fields": [{"name": "id", "value": "{{ $execution.id }}"}]}}),
        ("last", "noop"),
    ]
    run = start(anna, definition(nodes, pairwise(node[0] for node in nodes)))
    drain()
    assert statuses(run) == {"n0": "succeeded", "wait": "waiting", "asks": "pending", "last": "pending"}
    stage.later(100)
    sweeps.wake_due()
    drain()
    assert items(run, "asks") == [{"id": str(run.id)}]


def test_a_retried_run_runs_its_steps_one_by_one(stage, anna):
    """They have a history, which is not guessed."""
    run = start(anna, chain(3))
    drain()
    services.retry_step(execution_id=run.id, step_id=step(run, "n0").id, user=anna, force=True)
    again = stage.acts(work)
    assert (again.result(), again.visits["burst.step"]) == (3, 0)
    assert list(Attempt.objects.filter(step__node_id="n1").values_list("epoch", "fence")) == [(1, 1), (2, 2)]
    assert outcomes(run) == ["succeeded"] * 6


def test_a_step_whose_successor_does_not_stop_has_its_result(stage, anna):
    """The one that hangs is left to fail under a claim of its own."""
    run = start(anna, chain(2))
    claimed = claims.claim(queue="cpu", worker="worker")
    assert claimed is not None
    lease = leases().take(claimed, 60)
    lease.result = Report(claimed, workflows.compiled(claimed.version_id), success({"out": [{"x": 1}]}))
    runner.give_up(lease)
    assert statuses(run) == {"n0": "succeeded", "n1": "ready"}
