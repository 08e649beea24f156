"""Which steps a resolved step makes ready or skips, and what a retry puts back."""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executions.engine import planner, resetting
from executions.engine.planner import Counter, PassKey, PassState, Place, Scope
from executions.engine.states import StepStatus
from tests.unit.executions.graphs import compiled_from, graph
from workflows.graph.topology import CompiledGraph


class Run:
    """A run in memory: the planner moves it and nothing else does. It is its own book."""

    def __init__(self, compiled: CompiledGraph) -> None:
        self.graph = compiled
        self.reads = 0
        first = planner.initial(compiled)
        self.steps = dict(first.counters)
        self.open_passes = dict(first.passes)
        self.fired: dict[Place, Collection[str]] = {}

    def counters(self, places: Collection[Place]) -> dict[Place, Counter]:
        self.reads += len(places)
        return {
            place: Counter(self.steps[place].status, self.steps[place].remaining, self.steps[place].live)
            for place in places
        }

    def passes(self, keys: Collection[PassKey]) -> dict[PassKey, PassState]:
        return {key: PassState(self.open_passes[key].opened, self.open_passes[key].fired) for key in keys}

    def has_fired(self, node_id: str, port: str, scope: Scope) -> bool:
        return any(
            name == node_id and at[: len(scope)] == scope and port in ports for (name, at), ports in self.fired.items()
        )

    def finish(self, name: str, *ports: str, scope: Scope = ()) -> planner.Resolution:
        place = (name, scope)
        self.steps[place].status = StepStatus.SUCCEEDED
        resolution = planner.resolve(self.graph, place, ports, book=self)
        self.fired[place] = ports
        return self.take(resolution)

    def send(self, name: str, number: int, scope: Scope = ()) -> planner.Resolution:
        """The `loop` node begins a pass."""
        self.steps[name, scope].status = StepStatus.WAITING
        return self.take(planner.begin_pass(self.graph, (name, scope), number, book=self))

    def take(self, resolution: planner.Resolution) -> planner.Resolution:
        self.steps.update(resolution.counters)
        self.open_passes.update(resolution.passes)
        return resolution

    def ready(self) -> list[Place]:
        return [place for place, counter in self.steps.items() if counter.status is StepStatus.READY]

    def status(self, name: str, scope: Scope = ()) -> str:
        return self.steps[name, scope].status


def test_a_chain_goes_on_without_reading_any_counter():
    run = Run(graph([("a", "b"), ("b", "c")]))
    assert run.finish("a", "out").ready == [("b", ())]
    assert run.reads == 0


def test_a_join_waits_for_all_its_edges():
    run = Run(graph([("a", "c"), ("b", "c")]))
    assert run.finish("a", "out").ready == []
    assert run.finish("b", "out").ready == [("c", ())]


def test_a_join_of_any_starts_once_with_the_first_live_edge():
    run = Run(graph([("a", "c"), ("b", "c")], c={"join": "any"}))
    assert run.finish("a", "out").ready == [("c", ())]
    run.steps["c", ()].status = StepStatus.SUCCEEDED
    assert run.finish("b", "out").ready == []


@pytest.mark.parametrize(("join", "expected"), [("all_resolved", "ready"), ("all_live", "skipped"), ("any", "ready")])
def test_a_join_with_one_dead_edge_follows_its_mode(join, expected):
    """R3-13."""
    run = Run(graph([("a", "c", "yes"), ("b", "c", "yes")], c={"join": join}))
    run.finish("a", "no")
    run.finish("b", "yes")
    assert run.status("c") == expected


def test_a_dead_branch_collapses_down_to_the_join_that_has_a_live_edge():
    run = Run(
        graph([("if", "a", "true"), ("a", "b"), ("b", "end"), ("if", "end", "false"), ("b", "only"), ("only", "last")])
    )
    resolution = run.finish("if", "false")
    assert {name for name, _scope in resolution.skipped} == {"a", "b", "only", "last"}
    assert resolution.ready == [("end", ())]


def test_two_edges_between_the_same_nodes_count_twice():
    run = Run(graph([("a", "b", "x"), ("a", "b", "y")]))
    assert run.finish("a", "x").ready == [("b", ())]
    assert run.steps["b", ()].live == 1


def test_ten_thousand_skipped_nodes_need_no_recursion():
    names = [f"n{index}" for index in range(10_000)]
    run = Run(graph([("root", names[0], "never"), *pairwise(names)]))
    assert len(run.finish("root", "other").skipped) == 10_000


@st.composite
def random_graphs(draw: st.DrawFn) -> CompiledGraph:
    size = draw(st.integers(1, 9))
    names = [f"n{index}" for index in range(size)]
    edges = [
        (names[source], names[target], draw(st.sampled_from(["x", "y"])))
        for target in range(size)
        for source in range(target)
        if draw(st.booleans())
    ]
    joins = {name: {"join": draw(st.sampled_from(["any", "all_resolved", "all_live"]))} for name in names}
    return graph(edges, nodes=names, **joins)


def oracle(compiled: CompiledGraph, fired: dict[str, Collection[str]]) -> dict[str, str]:
    """What becomes of every node, told from the whole graph at once: the planner must agree, edge by edge."""
    state: dict[str, str] = {}
    for name, node in compiled.nodes.items():  # nodes are in topological order here
        live = [state[edge.source] == "succeeded" and edge.source_handle in fired[edge.source] for edge in node.ins]
        enough = all(live) if node.join == "all_live" else any(live)
        state[name] = "succeeded" if not node.ins or enough else "skipped"
    return state


@given(random_graphs(), st.data())
def test_the_planner_agrees_with_the_oracle_in_every_order(compiled, data):
    run = Run(compiled)
    while ready := run.ready():
        name, _scope = data.draw(st.sampled_from(ready))
        run.finish(name, *data.draw(st.sets(st.sampled_from(["x", "y"]))))
    fired = {name: ports for (name, _scope), ports in run.fired.items()}
    assert {name: counter.status for (name, _scope), counter in run.steps.items()} == oracle(compiled, fired)
    assert all(counter.remaining == 0 for counter in run.steps.values())


def reset(compiled: CompiledGraph, name: str, statuses: dict[str, str], fired: dict[str, list[str]]) -> resetting.Reset:
    states = {node: StepStatus(statuses[node]) for node in compiled.nodes}
    return resetting.reset(compiled, [name], statuses=states, fired=fired)


def test_a_retry_puts_back_the_step_and_what_came_after_it_and_keeps_its_siblings():
    """S3-12: re-runs it and everything downstream that depended on it, keeps siblings."""
    compiled = graph([("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")])
    plan = reset(
        compiled,
        "b",
        {"a": "succeeded", "b": "failed", "c": "succeeded", "d": "cancelled"},
        {"a": ["out"], "c": ["out"]},
    )
    assert plan.nodes == {"b", "d"}
    assert plan.ready == [("b", ())]
    assert (plan.counters["d", ()].remaining, plan.counters["d", ()].live) == (1, 1)


def test_a_retry_also_runs_cancelled_branches_that_its_joins_need():
    compiled = graph([("a", "d"), ("b", "c"), ("c", "d")])
    plan = reset(compiled, "a", {"a": "failed", "b": "cancelled", "c": "cancelled", "d": "cancelled"}, {})
    assert plan.nodes == {"a", "b", "c", "d"}
    assert plan.ready == [("a", ()), ("b", ())]


def test_a_retry_leaves_cancelled_branches_alone_that_nothing_of_it_needs():
    compiled = graph([("a", "b"), ("x", "y")])
    plan = reset(compiled, "a", {"a": "failed", "b": "cancelled", "x": "cancelled", "y": "cancelled"}, {})
    assert plan.nodes == {"a", "b"}


def test_a_descendant_of_any_with_a_live_parent_outside_is_ready_at_once():
    compiled = graph([("a", "c"), ("b", "c")], c={"join": "any"})
    plan = reset(compiled, "a", {"a": "failed", "b": "succeeded", "c": "succeeded"}, {"b": ["out"]})
    assert set(plan.ready) == {("a", ()), ("c", ())}


def looping() -> CompiledGraph:
    return compiled_from(
        [("start", "noop"), ("each", "loop"), ("a", "noop"), ("b", "noop"), ("end", "noop")],
        [("start", "each"), ("each", "a", "loop"), ("a", "b"), ("b", "each"), ("each", "end", "done")],
    )


def test_a_loop_node_runs_its_body_pass_by_pass_and_then_goes_on():
    run = Run(looping())
    run.finish("start", "out")
    assert ("a", (0,)) not in run.steps
    for number in range(2):
        assert run.send("each", number).ready == [("a", (number,))]
        run.finish("a", "out", scope=(number,))
        assert run.status("each") == "waiting"
        assert run.finish("b", "out", scope=(number,)).ready == [("each", ())]
    assert run.finish("each", "done").ready == [("end", ())]


def test_a_body_whose_branch_is_dead_still_ends_its_pass():
    run = Run(looping())
    run.finish("start", "out")
    run.send("each", 0)
    assert run.finish("a", scope=(0,)).ready == [("each", ())]
    assert run.status("b", (0,)) == "skipped"


def guarded(limit: int = 3) -> CompiledGraph:
    return compiled_from(
        [("write", "noop"), ("check", "if"), ("end", "noop"), ("log", "noop")],
        [("write", "check"), ("check", "write", "false", limit), ("check", "end", "true"), ("check", "log", "false")],
    )


def test_a_guarded_edge_goes_round_until_it_does_not_fire_and_then_lets_out():
    run = Run(guarded())
    assert run.ready() == [("write", (0,))]
    run.finish("write", "out", scope=(0,))
    assert run.finish("check", "false", scope=(0,)).ready == [("write", (1,))]
    assert run.status("end") == "pending"
    run.finish("write", "out", scope=(1,))
    assert set(run.finish("check", "true", scope=(1,)).ready) == {("end", ()), ("log", ())}


def test_an_edge_out_of_a_loop_is_dead_when_it_fired_in_no_pass():
    run = Run(guarded())
    run.finish("write", "out", scope=(0,))
    run.finish("check", "true", scope=(0,))
    assert (run.status("end"), run.status("log")) == ("ready", "skipped")


def test_the_head_of_a_pass_too_many_is_marked():
    run = Run(guarded(limit=1))
    run.finish("write", "out", scope=(0,))
    assert run.finish("check", "false", scope=(0,)).over_limit == [("write", (1,))]


def test_a_loop_that_nothing_reaches_is_skipped_with_all_behind_it():
    run = Run(
        compiled_from(
            [("if", "if"), ("write", "noop"), ("check", "if"), ("end", "noop")],
            [("if", "write", "true"), ("write", "check"), ("check", "write", "false", 3), ("check", "end", "true")],
        )
    )
    run.finish("if", "false")
    assert (run.status("write", (0,)), run.status("check", (0,)), run.status("end")) == ("skipped",) * 3


def test_a_guarded_loop_inside_a_loop_node_begins_anew_in_every_pass():
    run = Run(
        compiled_from(
            [("each", "loop"), ("a", "noop"), ("b", "if"), ("end", "noop")],
            [
                ("each", "a", "loop"),
                ("a", "b"),
                ("b", "a", "false", 5),
                ("b", "each", "true"),
                ("each", "end", "done"),
            ],
        )
    )
    for number in range(2):
        run.send("each", number)
        run.finish("a", "out", scope=(number, 0))
        run.finish("b", "false", scope=(number, 0))
        run.finish("a", "out", scope=(number, 1))
        assert run.finish("b", "true", scope=(number, 1)).ready == [("each", ())]
    assert run.finish("each", "done").ready == [("end", ())]


def test_a_retry_inside_a_loop_takes_the_whole_loop_back():
    compiled = looping()
    plan = reset(
        compiled,
        "b",
        {"start": "succeeded", "each": "cancelled", "a": "succeeded", "b": "failed", "end": "cancelled"},
        {"start": ["out"], "a": ["out"]},
    )
    assert plan.ready == [("each", ())]
    assert plan.looped == {"a", "b"}
    assert set(plan.counters) == {("each", ()), ("end", ())}


def test_a_retry_inside_a_guarded_loop_begins_with_its_first_pass():
    states = {"write": "succeeded", "check": "failed", "end": "cancelled", "log": "cancelled"}
    plan = reset(guarded(), "check", states, {"write": ["out"]})
    assert plan.ready == [("write", (0,))]
    assert plan.counters["check", (0,)].status == "pending"


def test_a_run_that_begins_at_one_root_skips_what_only_the_others_reach() -> None:
    forked = graph([("one", "a"), ("two", "b"), ("a", "both"), ("b", "both")])
    laid = planner.initial_at(forked, "one")
    statuses = {name: str(counter.status) for (name, _scope), counter in laid.counters.items()}
    assert statuses == {"one": "ready", "a": "pending", "two": "skipped", "b": "skipped", "both": "pending"}
    assert laid.ready == [("one", ())]
    assert laid.counters["both", ()] == Counter(StepStatus.PENDING, 1, 0)
