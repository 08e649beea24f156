"""How loops end when they have nothing to repeat, repeat too often, or fail: everything after them has its turn."""

from __future__ import annotations

import pytest

from executions import invariants
from executions.models import Step
from tests.integration.executions.driving import definition, drain, items, start, status, step
from tests.integration.executions.test_loops import each_item, guard, many


def test_a_loop_without_a_body_hands_its_items_on(anna):
    """It would wait for a pass that nobody ends."""
    what = definition(
        [("start", "noop"), ("each", "loop"), ("end", "noop")], [("start", "each"), ("each", "end", "done")]
    )
    run = many(anna, what, 2)
    drain()
    assert status(run) == "succeeded"
    assert items(run, "end") == [{"n": 0}, {"n": 1}]


def test_a_loop_whose_nodes_are_reached_from_outside_too_has_no_body(anna):
    what = definition(
        [("start", "noop"), ("each", "loop"), ("a", "noop"), ("end", "noop")],
        [("start", "each"), ("each", "a", "loop"), ("start", "a"), ("each", "end", "done")],
    )
    run = many(anna, what, 2)
    drain()
    assert status(run) == "succeeded"
    assert (items(run, "a"), items(run, "end")) == ([{"n": 0}, {"n": 1}], [{"n": 0}, {"n": 1}])
    assert invariants.repair() == 0


@pytest.mark.parametrize("port", ["out", "error"])
def test_a_loop_that_handles_its_limit_by_going_round_again_fails(anna, port):
    """A guard is a guard, whatever `onError` says."""
    how = "continue" if port == "out" else "error_port"
    edges = [("write", "check"), ("check", "write", "false"), ("check", "end", "true")]
    what = definition(
        [
            ("write", "noop", {"settings": {"onError": how}}),
            ("check", "if", {"config": {"conditions": [{"field": "price", "op": "gt", "value": 10}]}}),
            ("end", "noop"),
        ],
        edges if port == "out" else [*edges, ("write", "check", "error")],
    )
    run = start(anna, guard(what, "check", "write", 3), input_data={"price": 1})
    drain(until=40)
    assert (status(run), run.error["code"]) == ("failed", "loop_limit")
    written = Step.objects.filter(execution=run, node_id="write").order_by("scope")
    assert list(written.values_list("status", "handled")) == [("succeeded", False)] * 3 + [
        ("failed", True),
        ("failed", False),
    ]
    assert invariants.repair() == 0


def test_a_loop_that_leaves_by_its_error_port_at_its_limit_goes_on(anna):
    what = definition(
        [("write", "noop", {"settings": {"onError": "error_port"}}), ("again", "noop"), ("mend", "noop")],
        [("write", "again"), ("again", "write"), ("write", "mend", "error")],
    )
    run = start(anna, guard(what, "again", "write", 2), input_data={"price": 1})
    drain(until=40)
    assert status(run) == "succeeded"
    assert items(run, "mend")[0]["error"]["code"] == "loop_limit"
    assert invariants.repair() == 0


def test_a_loop_that_fails_and_shall_continue_goes_on_behind_itself(anna):
    """Not into its body, which would leave everything after the loop without its turn."""
    what = each_item(maxIterations=1)
    what["nodes"][1]["data"]["settings"] = {"onError": "continue"}
    run = many(anna, what, 2)
    drain()
    assert status(run) == "succeeded"
    assert [item["error"]["code"] for item in items(run, "end")] == ["loop_limit", "loop_limit"]


def test_a_loop_over_nothing_that_shall_give_an_item_gives_it_behind_itself(anna):
    what = each_item()
    what["nodes"][1]["data"]["settings"] = {"whenEmpty": "item"}
    run = many(anna, what, 0)
    drain()
    assert status(run) == "succeeded"
    assert items(run, "end") == [{}]
    assert not Step.objects.filter(execution=run, node_id="a").exists()
    assert step(run, "each").attempt == 1
