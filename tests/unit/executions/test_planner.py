"""Which steps a resolved step makes ready or skips, and what a retry puts back."""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executions.engine import planner
from executions.engine.planner import Counter
from executions.engine.states import StepStatus
from tests.unit.executions.graphs import graph
from workflows.graph.topology import CompiledGraph


class Run:
    """A run in memory: every counter of a graph, moved by the planner and by nothing else."""

    def __init__(self, compiled: CompiledGraph) -> None:
        self.graph = compiled
        self.reads = 0
        self.counters = {
            name: Counter(StepStatus.PENDING if node.ins else StepStatus.READY, len(node.ins), 0)
            for name, node in compiled.nodes.items()
        }
        self.fired: dict[str, Collection[str]] = {}

    def read(self, names: Collection[str]) -> dict[str, Counter]:
        self.reads += len(names)
        return {
            name: Counter(self.counters[name].status, self.counters[name].remaining, self.counters[name].live)
            for name in names
        }

    def finish(self, name: str, *ports: str) -> planner.Resolution:
        self.counters[name].status = StepStatus.SUCCEEDED
        self.fired[name] = ports
        resolution = planner.resolve(self.graph, name, ports, read=self.read)
        self.counters.update(resolution.counters)
        return resolution

    def ready(self) -> list[str]:
        return [name for name, counter in self.counters.items() if counter.status is StepStatus.READY]


def test_a_chain_goes_on_without_reading_any_counter():
    run = Run(graph([("a", "b"), ("b", "c")]))
    assert run.finish("a", "out").ready == ["b"]
    assert run.reads == 0


def test_a_join_waits_for_all_its_edges():
    run = Run(graph([("a", "c"), ("b", "c")]))
    assert run.finish("a", "out").ready == []
    assert run.finish("b", "out").ready == ["c"]


def test_a_join_of_any_starts_once_with_the_first_live_edge():
    run = Run(graph([("a", "c"), ("b", "c")], c={"join": "any"}))
    assert run.finish("a", "out").ready == ["c"]
    run.counters["c"].status = StepStatus.SUCCEEDED
    assert run.finish("b", "out").ready == []


@pytest.mark.parametrize(("join", "expected"), [("all_resolved", "ready"), ("all_live", "skipped"), ("any", "ready")])
def test_a_join_with_one_dead_edge_follows_its_mode(join, expected):
    run = Run(graph([("a", "c", "yes"), ("b", "c", "yes")], c={"join": join}))
    run.finish("a", "no")
    run.finish("b", "yes")
    assert run.counters["c"].status == expected


def test_a_dead_branch_collapses_down_to_the_join_that_has_a_live_edge():
    run = Run(
        graph([("if", "a", "true"), ("a", "b"), ("b", "end"), ("if", "end", "false"), ("b", "only"), ("only", "last")])
    )
    resolution = run.finish("if", "false")
    assert set(resolution.skipped) == {"a", "b", "only", "last"}
    assert resolution.ready == ["end"]


def test_two_edges_between_the_same_nodes_count_twice():
    run = Run(graph([("a", "b", "x"), ("a", "b", "y")]))
    assert run.finish("a", "x").ready == ["b"]
    assert run.counters["b"].live == 1


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
        name = data.draw(st.sampled_from(ready))
        run.finish(name, *data.draw(st.sets(st.sampled_from(["x", "y"]))))
    assert {name: counter.status for name, counter in run.counters.items()} == oracle(compiled, run.fired)
    assert all(counter.remaining == 0 for counter in run.counters.values())


def reset(compiled: CompiledGraph, name: str, statuses: dict[str, str], fired: dict[str, list[str]]) -> planner.Reset:
    states = {node: StepStatus(statuses[node]) for node in compiled.nodes}
    return planner.reset(compiled, name, statuses=states, fired=fired)


def test_a_retry_puts_back_the_step_and_what_came_after_it_and_keeps_its_siblings():
    """S3-12: re-runs it and everything downstream that depended on it, keeps siblings."""
    compiled = graph([("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")])
    plan = reset(
        compiled,
        "b",
        {"a": "succeeded", "b": "failed", "c": "succeeded", "d": "cancelled"},
        {"a": ["out"], "c": ["out"]},
    )
    assert set(plan.nodes) == {"b", "d"}
    assert plan.ready == ["b"]
    assert (plan.nodes["d"].remaining, plan.nodes["d"].live) == (1, 1)


def test_a_retry_also_runs_cancelled_branches_that_its_joins_need():
    compiled = graph([("a", "d"), ("b", "c"), ("c", "d")])
    plan = reset(compiled, "a", {"a": "failed", "b": "cancelled", "c": "cancelled", "d": "cancelled"}, {})
    assert set(plan.nodes) == {"a", "b", "c", "d"}
    assert plan.ready == ["a", "b"]


def test_a_retry_leaves_cancelled_branches_alone_that_nothing_of_it_needs():
    compiled = graph([("a", "b"), ("x", "y")])
    plan = reset(compiled, "a", {"a": "failed", "b": "cancelled", "x": "cancelled", "y": "cancelled"}, {})
    assert set(plan.nodes) == {"a", "b"}


def test_a_descendant_of_any_with_a_live_parent_outside_is_ready_at_once():
    compiled = graph([("a", "c"), ("b", "c")], c={"join": "any"})
    plan = reset(compiled, "a", {"a": "failed", "b": "succeeded", "c": "succeeded"}, {"b": ["out"]})
    assert set(plan.ready) == {"a", "c"}
