"""Compiling graphs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from tests.unit.workflows.graphs import FACTS, chain, edge, graph, node, problems, well_formed
from workflows.graph.definition import parse
from workflows.graph.settings import GraphSettings, RetryPolicy
from workflows.graph.topology import CompiledGraph, InEdge, OutEdge, compile_graph


def compiled(raw: dict[str, Any]) -> CompiledGraph:
    return compile_graph(parse(raw), FACTS.__getitem__)


def test_edges_lead_from_port_to_port() -> None:
    """S3-19: handles route data by port, and edges without handles use the default ports."""
    found = compiled(
        graph(
            [node("fork", "fork"), node("a", "needy"), node("b")],
            [edge("fork", "a", "false", "rows"), edge("fork", "b"), edge("a", "b", "error")],
        )
    )

    assert found.nodes["fork"].outs == (OutEdge("a", "false", "rows"), OutEdge("b", "true", "in"))
    assert found.nodes["b"].ins == (InEdge("fork", "true", "in"), InEdge("a", "error", "in"))
    assert found.nodes["b"].in_degree == 2
    assert found.roots == ("fork",)


def test_what_a_node_says_wins_over_its_type() -> None:
    settings = {"retry": {"attempts": 9}, "timeoutSeconds": 1, "store": "processed", "onWorkerLost": "retry"}
    found = compiled(graph([node("plain", "needy"), node("said", "needy", {"tries": 2}, settings=settings)])).nodes

    plain, said = found["plain"], found["said"]
    assert plain.retry == RetryPolicy(3, "fixed")
    assert (plain.timeout_seconds, plain.stores, plain.on_worker_lost, plain.weight) == (5.0, "raw", "fail", "io")
    assert said.retry == RetryPolicy(9, "fixed")
    assert (said.timeout_seconds, said.stores, said.on_worker_lost) == (1.0, "processed", "retry")


def test_storing_can_be_switched_off() -> None:
    assert compiled(graph([node("a", "needy", settings={"store": False})])).nodes["a"].stores is None


def test_a_disabled_node_keeps_its_ports_and_nothing_of_its_type() -> None:
    settings = {"disabled": True, "store": "raw", "isolate": True}
    found = compiled(
        graph([node("off", "fork", {"word": 5}, settings=settings), node("b")], [edge("off", "b", "false")])
    ).nodes["off"]

    assert (found.type, found.config, found.stores, found.isolate, found.weight) == ("noop", {}, None, False, "inline")
    assert found.outs == (OutEdge("b", "false", "in"),)
    assert found.given({"out": [1]}) == {"true": [1]}


def test_heavy_nodes_are_alone_unless_they_say_otherwise() -> None:
    found = compiled(
        graph(
            [node("a", "heavy"), node("b", "heavy", settings={"isolate": False}), node("c", settings={"isolate": True})]
        )
    ).nodes

    assert [found[name].isolate for name in "abc"] == [True, False, True]


def test_a_graph_has_a_deadline_if_it_says_so() -> None:
    assert compiled(graph([node("a")], settings={"deadlineSeconds": 60})).settings == GraphSettings(60.0)


def test_ten_thousand_nodes_in_a_row_are_compiled() -> None:
    found = compiled(chain(10_000))

    assert len(found.nodes) == 10_000
    assert found.roots == ("n0",)


def test_an_unchecked_edge_is_refused() -> None:
    with pytest.raises(ValueError, match="not connected to ports"):
        compiled(graph([node("a"), node("b")], [edge("a", "b", "nowhere")]))


@given(well_formed)
def test_every_graph_without_errors_compiles(raw: dict[str, Any]) -> None:
    if any(problem.severity == "error" for problem in problems(raw)):
        return

    found = compiled(raw)

    assert sum(len(one.outs) for one in found.nodes.values()) == len(raw["edges"])
    assert sum(one.in_degree for one in found.nodes.values()) == len(raw["edges"])
    assert found.roots
