"""What a retry of a whole run does with each step: on its own version, and on another one."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executions.engine.planner import decide
from executions.engine.repeating import (
    Action,
    Because,
    Past,
    Plan,
    begin_anew,
    cut_off,
    from_the_start,
    go_on,
    past_of,
)
from executions.engine.states import StepStatus
from tests.unit.executions.graphs import compiled_from, graph
from workflows.graph.topology import CompiledGraph

CHAIN = [("a", "b"), ("b", "c"), ("c", "d"), ("d", "e")]


def past(failed: Collection[str] = (), fired: dict[str, Collection[str]] | None = None, **statuses: str) -> Past:
    """What a run has left; succeeded steps have fired `out` where nothing else is said."""
    states = {name: StepStatus(status) for name, status in statuses.items()}
    ports: dict[str, Collection[str]] = {
        name: ["out"] for name, status in states.items() if status is StepStatus.SUCCEEDED
    }
    return Past(states, ports | (fired or {}), failed)


FAILED_AT_FOUR = past(["d"], a="succeeded", b="succeeded", c="succeeded", d="failed", e="cancelled")


def told(plan: Plan) -> dict[str, tuple[str, str | None]]:
    return {step.node_id: (step.action.value, step.because and step.because.value) for step in plan.steps}


def ready(plan: Plan) -> list[str]:
    return [name for name, _scope in plan.reset.ready]


def test_a_run_goes_on_at_its_failure_and_keeps_what_came_before():
    """Part 3, 1: a 5-node run fails at 4; nodes 1 to 3 are kept."""
    compiled = graph(CHAIN)
    plan = go_on(compiled, FAILED_AT_FOUR, FAILED_AT_FOUR.failed, mended=FAILED_AT_FOUR.broken)
    assert plan.kept == ("a", "b", "c")
    assert told(plan) == {
        "a": ("reuse", None),
        "b": ("reuse", None),
        "c": ("reuse", None),
        "d": ("run", "failed"),
        "e": ("run", "cancelled"),
    }
    assert ready(plan) == ["d"]


def test_every_branch_that_failed_or_was_cancelled_goes_back_at_once():
    compiled = graph([("a", "b"), ("a", "c"), ("a", "d"), ("b", "end"), ("c", "end"), ("d", "end")])
    left = past(["b", "c"], a="succeeded", b="failed", c="failed", d="cancelled", end="cancelled")
    plan = go_on(compiled, left, left.failed, mended=left.broken)
    assert ready(plan) == ["b", "c", "d"]
    assert plan.kept == ("a",)


def test_a_stopped_run_goes_on_where_it_was_stopped():
    compiled = graph(CHAIN)
    left = past(a="succeeded", b="cancelled", c="cancelled", d="cancelled", e="cancelled")
    plan = go_on(compiled, left, left.failed, mended=left.broken)
    assert ready(plan) == ["b"]


def test_a_failure_that_was_handled_stays_as_it_is():
    compiled = graph([("a", "b", "error"), ("b", "c")])
    left = past(["c"], {"a": ["error"]}, a="failed", b="succeeded", c="failed")
    plan = go_on(compiled, left, left.failed, mended=left.broken)
    assert plan.kept == ("a", "b")
    assert ready(plan) == ["c"]


def test_a_step_that_is_asked_for_takes_everything_after_it_along():
    compiled = graph(CHAIN)
    left = past(a="succeeded", b="succeeded", c="succeeded", d="succeeded", e="succeeded")
    plan = go_on(compiled, left, ["c"])
    assert told(plan)["c"] == ("run", "asked")
    assert told(plan)["d"] == ("run", "after")
    assert plan.kept == ("a", "b")


def test_the_same_graph_under_another_number_takes_over_all_results():
    plan = begin_anew(graph(CHAIN), graph(CHAIN), FAILED_AT_FOUR, ())
    assert plan.kept == ("a", "b", "c")
    assert ready(plan) == ["d"]
    assert (plan.reset.counters["d", ()].remaining, plan.reset.counters["d", ()].live) == (0, 1)


FORKED = [("a", "c"), ("b", "c"), ("c", "d")]
LEFT_BY_FORKED = past(["d"], a="succeeded", b="succeeded", c="succeeded", d="failed")
SWAPPED = {"a": {"label": "Second"}, "b": {"label": "First"}}
NAMED = {"a": {"label": "First"}, "b": {"label": "Second"}}


@pytest.mark.parametrize(
    "config",
    [
        {"x": "{{ $('First').item.json.id }}"},
        {"x": ["{{ 1 + $node['First'].json.n }}"]},
        {"code": "return $('First').all()"},
        {"x": "{{ $prevNode.name }}"},
    ],
    ids=["path", "script", "program", "previous"],
)
def test_a_result_is_not_kept_where_the_names_in_its_node_mean_other_steps_now(config: dict[str, Any]):
    """Part 3, 1: labels that two nodes have swapped give what refers to them another meaning."""
    old, new = graph(FORKED, c={"config": config}, **NAMED), graph(FORKED, c={"config": config}, **SWAPPED)
    assert begin_anew(old, old, LEFT_BY_FORKED, ()).kept == ("a", "c", "b")
    plan = begin_anew(old, new, LEFT_BY_FORKED, ())
    assert plan.kept == ("a", "b")
    assert told(plan)["c"] == ("run", "changed")
    assert told(plan)["d"] == ("run", "failed")


def test_a_label_that_nothing_names_may_change():
    config = {"x": "{{ $('a').item.json.id }} costs $(5)", "y": [1, None, {"z": "$json"}]}
    old, new = graph(FORKED, c={"config": config}), graph(FORKED, b={"label": "Other"}, c={"config": config})
    assert begin_anew(old, new, LEFT_BY_FORKED, ()).kept == ("a", "c", "b")


def test_a_name_is_looked_for_among_the_steps_before_alone():
    """A node elsewhere that takes the same label changes nothing."""
    config = {"x": "{{ $('a').item.json.id }}"}
    old, new = graph(FORKED, c={"config": config}), graph(FORKED, d={"label": "a"}, c={"config": config})
    assert begin_anew(old, new, LEFT_BY_FORKED, ()).kept == ("a", "c", "b")


@pytest.mark.parametrize(
    "change",
    [
        {"config": {"x": 1}},
        {"type": "set"},
        {"join": "any"},
        {"run_once": True},
        {"when_empty": "skip"},
        {"lenient": True},
    ],
    ids=["config", "type", "join", "run_once", "when_empty", "lenient"],
)
def test_a_changed_node_runs_again_with_all_that_depends_on_it(change: dict[str, Any]):
    plan = begin_anew(graph(CHAIN), graph(CHAIN, b=change), FAILED_AT_FOUR, ())
    assert plan.kept == ("a",)
    assert told(plan)["b"] == ("run", "changed")
    assert told(plan)["c"] == ("run", "after")
    assert told(plan)["d"] == ("run", "failed")
    assert ready(plan) == ["b"]


def test_a_name_or_place_that_changed_costs_nothing():
    renamed = graph(CHAIN, b={"label": "Другое имя", "position": 7})
    assert begin_anew(graph(CHAIN), renamed, FAILED_AT_FOUR, ()).kept == ("a", "b", "c")


def test_a_new_node_runs_with_what_comes_after_it_and_a_dropped_one_is_gone():
    new = graph([("a", "x"), ("x", "c"), ("c", "d"), ("d", "e")])
    plan = begin_anew(graph(CHAIN), new, FAILED_AT_FOUR, ())
    assert plan.kept == ("a",)
    assert told(plan)["x"] == ("run", "new")
    assert told(plan)["c"] == ("run", "changed")
    assert "b" not in told(plan)


def test_a_step_that_is_asked_for_runs_again_in_the_new_run():
    plan = begin_anew(graph(CHAIN), graph(CHAIN), FAILED_AT_FOUR, ["b"])
    assert plan.kept == ("a",)
    assert told(plan)["b"] == ("run", "asked")


def test_from_the_start_nothing_is_taken_over():
    compiled = graph(CHAIN)
    plan = begin_anew(compiled, compiled, FAILED_AT_FOUR, compiled.nodes.keys())
    assert (plan.kept, ready(plan)) == ((), ["a"])
    assert {because for _action, because in told(plan).values()} == {Because.ASKED}


def test_a_branch_that_was_not_chosen_stays_skipped():
    compiled = graph([("if", "yes", "true"), ("if", "no", "false"), ("yes", "end"), ("no", "end")])
    states = {"yes": "succeeded", "no": "skipped", "end": "failed"}
    left = past(["end"], {"if": ["true"]}, **{"if": "succeeded", **states})
    plan = begin_anew(compiled, compiled, left, ())
    assert plan.kept == ("if", "yes", "no")
    assert ready(plan) == ["end"]


def test_a_branch_that_will_not_be_chosen_is_planned_as_skipped():
    old = graph([("if", "yes", "true"), ("if", "no", "false")])
    new = graph([("if", "yes", "true"), ("if", "no", "false"), ("if", "more", "false"), ("more", "rest")])
    left = past(["yes"], {"if": ["true"]}, **{"if": "succeeded", "yes": "failed", "no": "skipped"})
    plan = begin_anew(old, new, left, ())
    assert told(plan)["more"] == ("skip", "new")
    assert told(plan)["rest"] == ("skip", "new")
    assert ready(plan) == ["yes"]


def test_a_handled_failure_is_taken_over_unless_its_handling_changed():
    edges = [("a", "b"), ("b", "c")]
    old = graph(edges, a={"on_error": "continue"})
    left = past(["c"], {"a": ["out"]}, a="failed", b="succeeded", c="failed")
    assert begin_anew(old, old, left, ()).kept == ("a", "b")
    assert begin_anew(old, graph(edges, a={"on_error": "error_port"}), left, ()).kept == ()


def test_a_loop_is_taken_over_as_a_whole_or_not_at_all():
    nodes = [("a", "noop"), ("loop", "loop"), ("body", "noop"), ("end", "noop")]
    edges = [("a", "loop"), ("loop", "body", "loop"), ("body", "loop"), ("loop", "end", "done")]
    compiled = compiled_from(nodes, edges)
    ended = {"a": "succeeded", "loop": "succeeded", "body": "succeeded"}
    whole = past(["end"], {"loop": ["done"], "body": ["out"]}, **ended, end="failed")
    assert begin_anew(compiled, compiled, whole, ()).kept == ("a", "loop", "body")
    broken = past(["body"], {}, a="succeeded", loop="cancelled", body="failed", end="cancelled")
    plan = begin_anew(compiled, compiled, broken, ())
    assert plan.kept == ("a",)
    assert ready(plan) == ["loop"]


def test_a_loop_that_handled_its_limit_runs_again_under_another_one():
    """Under the same limit, or where it ended by itself, it is taken over."""

    def looping(limit: int) -> CompiledGraph:
        nodes = [("write", "noop"), ("check", "noop"), ("mend", "noop")]
        return compiled_from(nodes, [("write", "check"), ("check", "write", "out", limit), ("write", "mend", "error")])

    ended = {"write": "failed", "check": "skipped", "mend": "failed"}
    left = past(["mend"], {"write": ["error"], "check": ["out"]}, **ended)
    assert begin_anew(looping(2), looping(2), left, ()).kept == ("write", "check")
    assert begin_anew(looping(2), looping(3), left, ()).kept == ()
    done = past(["mend"], {"write": ["error"]}, write="succeeded", check="succeeded", mend="failed")
    assert begin_anew(looping(2), looping(3), done, ()).kept == ("write", "check")


def test_a_retry_in_which_everything_would_be_skipped_runs_nothing():
    old = graph([("if", "yes", "true")])
    new = graph([("if", "no", "false")])
    left = past(["yes"], {"if": ["true"]}, **{"if": "succeeded", "yes": "failed"})
    assert not begin_anew(old, new, left, ()).runs
    assert begin_anew(old, old, left, ()).runs


@st.composite
def histories(draw: st.DrawFn) -> tuple[CompiledGraph, Past]:
    """A graph and a run of it that has failed or been stopped somewhere."""
    names = [f"n{index}" for index in range(draw(st.integers(1, 8)))]
    edges = [
        (source, target, draw(st.sampled_from(["x", "y"])))
        for place, target in enumerate(names)
        for source in names[:place]
        if draw(st.booleans())
    ]
    joins = {name: {"join": draw(st.sampled_from(["any", "all_resolved", "all_live"]))} for name in names}
    compiled = graph(edges, nodes=names, **joins)
    states: dict[str, StepStatus] = {}
    fired: dict[str, Collection[str]] = {}
    for name, node in compiled.nodes.items():
        ends = (StepStatus.SUCCEEDED, StepStatus.SKIPPED)
        resolved = [edge for edge in node.ins if states[edge.source] in ends]
        live = [edge for edge in resolved if edge.source_handle in fired.get(edge.source, ())]
        waits = len(resolved) < len(node.ins) and (node.join != "any" or not live)
        enough = len(live) >= (len(node.ins) if node.join == "all_live" else 1)
        if waits:
            states[name] = StepStatus.CANCELLED
        elif node.ins and not enough:
            states[name] = StepStatus.SKIPPED
        else:
            ended = st.sampled_from([StepStatus.SUCCEEDED, StepStatus.FAILED, StepStatus.CANCELLED])
            states[name] = draw(ended)
            if states[name] is StepStatus.SUCCEEDED:
                fired[name] = draw(st.sets(st.sampled_from(["x", "y"])))
    failed = [name for name, state in states.items() if state is StepStatus.FAILED]
    return compiled, Past(states, fired, failed)


@given(histories())
def test_a_new_run_on_the_same_graph_stands_where_the_old_one_can_go_on(history: tuple[CompiledGraph, Past]):
    """What is kept, what is ready and every counter agree between going on and beginning anew."""
    compiled, left = history
    anew = begin_anew(compiled, compiled, left, ())
    same = go_on(compiled, left, left.failed, mended=left.broken)
    assert set(anew.kept) == set(same.kept)
    assert anew.reset.counters == same.reset.counters
    for (name, _scope), counter in anew.reset.counters.items():
        node = compiled.nodes[name]
        assert counter.status is (StepStatus.READY if not node.ins else decide(node, counter))
    assert all(step.action is not Action.REUSE for step in anew.steps if step.node_id in left.broken)


def test_what_a_failure_has_cancelled_is_told_from_what_lies_behind_another_one():
    compiled = graph([("a", "x"), ("b", "y"), ("y", "end"), ("c", "end")])
    left = past(["a", "b"], a="failed", b="failed", x="cancelled", y="cancelled", c="cancelled", end="cancelled")
    assert cut_off(compiled, left, ["a"]) == {"x", "c"}
    assert cut_off(compiled, left, ["a", "b"]) == {"x", "y", "c", "end"}


def test_a_cancelled_branch_that_was_not_chosen_is_skipped_when_the_failure_is_mended():
    compiled = graph([("if", "yes", "true"), ("if", "no", "false")], nodes=["bad", "if", "yes", "no"])
    states = {"if": "succeeded", "yes": "cancelled", "no": "cancelled"}
    left = past(["bad"], {"if": ["true"]}, bad="failed", **states)
    plan = go_on(compiled, left, left.failed, mended=left.broken)
    assert ready(plan) == ["bad", "yes"]
    assert told(plan)["no"] == ("skip", "cancelled")
    assert ready(go_on(compiled, left, ["no"])) == ["no"]


def test_a_branch_whose_schedule_did_not_start_the_run_stays_skipped():
    """Also where its trigger is another one now, and when everything else runs again."""
    old = graph([("one", "a"), ("two", "b")])
    new = graph([("one", "a"), ("two", "b")], two={"config": {"crontab": "0 9 * * *"}})
    left = past(["a"], one="succeeded", a="failed", two="skipped", b="skipped")
    assert ready(begin_anew(old, new, left, ())) == ["a"]
    assert from_the_start(new, left) == {"one", "a"}
    assert told(begin_anew(old, new, left, from_the_start(new, left))) == {
        "one": ("run", "asked"),
        "two": ("reuse", None),
        "a": ("run", "asked"),
        "b": ("reuse", None),
    }
    assert from_the_start(new, past(one="succeeded")) == new.nodes.keys()


@pytest.mark.parametrize("rows", [1, -1])
def test_of_the_passes_of_a_loop_the_least_finished_one_counts(rows: int):
    """In whatever order the database tells of them."""
    steps = [
        ("a", "succeeded", ["out"], False),
        ("a", "pending", None, False),
        ("b", "skipped", [], False),
        ("b", "succeeded", ["out"], False),
        ("c", "succeeded", ["out"], False),
        ("c", "failed", ["error"], True),
        ("d", "running", None, False),
        ("d", "cancelled", None, False),
        ("e", "failed", [], False),
    ]
    told_by = past_of(steps[::rows])
    assert told_by.statuses == {"a": "pending", "b": "succeeded", "c": "failed", "d": "cancelled", "e": "failed"}
    assert told_by.fired == {"a": {"out"}, "b": {"out"}, "c": {"out", "error"}, "d": set(), "e": set()}
    assert told_by.failed == {"e"}


@pytest.mark.parametrize("begun", [False, True])
def test_a_join_behind_a_loop_that_is_under_way_goes_on_waiting_for_it(begun: bool):
    """Of a paused run: its body has ended a pass, or has not begun, but the loop is not over."""
    nodes = [("x", "noop"), ("each", "loop"), ("body", "noop"), ("end", "noop")]
    edges = [("each", "body", "loop"), ("body", "each"), ("body", "end"), ("x", "end")]
    compiled = compiled_from(nodes, edges)
    body = {"body": "succeeded"} if begun else {}
    left = past((), {}, x="failed", each="held", end="pending", **body)
    assert go_on(compiled, left, ["x"]).reset.counters["end", ()].remaining == 2
