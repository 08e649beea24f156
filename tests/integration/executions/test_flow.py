"""Runs from start to end: chains, branches, joins, data between steps."""

from __future__ import annotations

from decimal import Decimal

from executions import runner
from executions.models import Attempt
from tests.integration.executions.driving import (
    NodeSpec,
    chain,
    definition,
    drain,
    items,
    journal,
    leases,
    start,
    status,
    statuses,
    step,
)


def test_a_chain_runs_to_its_end_and_hands_its_items_on(anna):
    run = start(anna, chain(3), input_data={"someInitialParam": "value"})
    assert drain() == 3
    assert status(run) == "succeeded"
    assert items(run, "n2") == [{"someInitialParam": "value"}]
    assert journal(run) == ["execution.started", *["step.succeeded"] * 3, "execution.succeeded"]


def test_money_keeps_every_digit_from_step_to_step(anna):
    amount = Decimal("12345678901234567890.10")
    run = start(anna, chain(2), input_data={"amount": amount})
    drain()
    assert str(items(run, "n1")[0]["amount"]) == "12345678901234567890.10"


def branch() -> dict:
    condition = {"config": {"conditions": [{"field": "price", "op": "gt", "value": 10}]}}
    return definition(
        [("if", "if", condition), ("dear", "noop"), ("cheap", "noop"), ("after", "noop"), ("end", "noop")],
        [("if", "dear", "true"), ("if", "cheap", "false"), ("cheap", "after"), ("dear", "end"), ("after", "end")],
    )


def test_a_disabled_node_hands_its_items_to_its_first_output(anna):
    """Its config may be unfinished, nothing of it runs, and its other outputs do not fire."""
    off = {"settings": {"disabled": True}}
    nodes: list[NodeSpec] = [
        ("a", "noop"),
        ("if", "if", off),
        ("call", "http-request", off),
        ("dear", "noop"),
        ("cheap", "noop"),
    ]
    edges = [("a", "if"), ("if", "call", "true"), ("if", "cheap", "false"), ("call", "dear")]
    run = start(anna, definition(nodes, edges), input_data={"price": 5})
    drain()
    assert status(run) == "succeeded"
    assert statuses(run)["cheap"] == "skipped"
    assert items(run, "if", "true") == items(run, "dear") == [{"price": 5}]


def test_the_branch_not_taken_is_skipped_and_the_join_goes_on_without_it(anna):
    """S3-19: named ports route data."""
    run = start(anna, branch(), input_data={"price": 20})
    drain()
    assert status(run) == "succeeded"
    assert statuses(run) == {
        "if": "succeeded",
        "dear": "succeeded",
        "cheap": "skipped",
        "after": "skipped",
        "end": "succeeded",
    }
    assert items(run, "end") == [{"price": 20}]


def test_a_join_of_all_live_edges_is_skipped_with_one_dead_branch(anna):
    """R3-13."""
    what = branch()
    what["nodes"][4]["data"]["settings"] = {"join": "all_live"}
    run = start(anna, what, input_data={"price": 20})
    drain()
    assert statuses(run)["end"] == "skipped"
    assert status(run) == "succeeded"


def test_a_join_of_any_runs_once_however_many_branches_reach_it(anna):
    """R3-13."""
    nodes = [("root", "noop"), *[(f"b{index}", "noop") for index in range(4)]]
    what = definition(
        [*nodes, ("end", "noop", {"settings": {"join": "any"}})],
        [("root", f"b{index}") for index in range(4)] + [(f"b{index}", "end") for index in range(4)],
    )
    run = start(anna, what)
    drain()
    assert status(run) == "succeeded"
    assert Attempt.objects.filter(step__execution=run, step__node_id="end").count() == 1


def test_a_hundred_branches_meet_again_and_bring_all_their_items(anna):
    names = [f"b{index}" for index in range(100)]
    what = definition(
        [("root", "noop"), *[(name, "noop") for name in names], ("end", "noop")],
        [("root", name) for name in names] + [(name, "end") for name in names],
    )
    run = start(anna, what, input_data={"x": 1})
    drain()
    assert status(run) == "succeeded"
    assert len(items(run, "end")) == 100
    run.refresh_from_db()
    assert run.open_steps == 0
    assert run.event_seq == len(journal(run))


def test_every_attempt_is_written_down_with_its_worker(anna):
    run = start(anna, chain(2))
    drain()
    attempts = Attempt.objects.filter(step__execution=run)
    assert {attempt.outcome for attempt in attempts} == {"succeeded"}
    assert all(attempt.worker and attempt.ended_at >= attempt.started_at for attempt in attempts)


def test_a_slice_ends_after_its_steps_and_leaves_the_rest_ready(anna):

    run = start(anna, chain(10))
    assert runner.drain("cpu", leases(), seconds=60, steps=4) == 4
    assert step(run, "n4").status == "ready"
    drain()
    assert status(run) == "succeeded"


def test_the_best_ranked_step_of_the_queue_goes_first(anna):
    """S3-6: with one worker, 9 overtakes queued 1; a higher number goes first."""
    low = start(anna, chain(1), priority=1)
    high = start(anna, chain(1), priority=9)
    drain(until=1)
    assert (status(high), status(low)) == ("succeeded", "running")


def test_a_template_can_ask_for_the_run_and_its_workflow(anna):
    asks = {"config": {"message": "{{ $workflow.name }} {{ $execution.inputData.who }} {{ $json.who }}"}}
    run = start(anna, definition([("a", "noop"), ("b", "fail", asks)], [("a", "b")]), input_data={"who": "Ira"})
    drain()
    assert step(run, "b").error["message"] == "Test Ira Ira"
