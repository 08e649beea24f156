"""Reading definitions."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.workflows.graphs import anything, edge, graph, node
from workflows.graph.definition import Malformed, parse
from workflows.graph.settings import GraphSettings, RetryPolicy


def test_nodes_and_edges_are_read_with_their_defaults() -> None:
    definition = parse({"nodes": [{"id": "a", "type": "step"}, node("b")], "edges": [{"source": "a", "target": "b"}]})

    first, second = definition.nodes
    assert (first.label, first.config) == ("a", {})
    assert second.settings.join == "all_resolved"
    assert definition.edges[0].source_handle is None
    assert definition.origin == "native"
    assert definition.settings == GraphSettings()
    assert definition.problems == ()


def test_keys_of_an_editor_mean_nothing_and_do_no_harm() -> None:
    drawn = {**node("a"), "selected": True, "width": 150, "data": {"label": "a", "config": {}, "color": "red"}}

    definition = parse(graph([drawn], viewport={"x": 1, "y": 2, "zoom": 1}))

    assert definition.problems == ()


def test_settings_of_a_node_are_read() -> None:
    settings = {
        "retry": {"attempts": 4, "backoff": "fixed", "delaySeconds": Decimal("0.5"), "capSeconds": 60},
        "timeoutSeconds": 10,
        "onError": "error_port",
        "join": "any",
        "store": False,
        "isolate": True,
        "onWorkerLost": "fail",
    }

    read = parse(graph([node("a", settings=settings)], settings={"deadlineSeconds": 3600}))

    assert read.problems == ()
    assert read.settings.deadline_seconds == 3600
    found = read.nodes[0].settings
    assert found.retry(RetryPolicy()) == RetryPolicy(4, "fixed", 0.5, 60.0)
    assert (found.timeout_seconds, found.on_error, found.join) == (10.0, "error_port", "any")
    assert (found.store, found.isolate, found.on_worker_lost) == ("none", True, "fail")


@pytest.mark.parametrize(("said", "days"), [(14, 14.0), (Decimal("0.5"), 0.5), (0, 0.0), (None, None)])
def test_a_definition_may_say_how_long_its_runs_are_kept(said: object, days: float | None) -> None:
    read = parse(graph([node("a")], settings={"retentionDays": said}))
    assert (read.settings.retention_days, read.problems) == (days, ())


@pytest.mark.parametrize("said", [-1, "7", True, 1_000_000])
def test_a_term_that_makes_no_sense_is_a_fault_of_the_definition(said: object) -> None:
    (problem,) = parse(graph([node("a")], settings={"retentionDays": said})).problems
    assert (problem.code, problem.params["field"]) == ("settings_invalid", "settings.retentionDays")


def test_a_retry_that_says_only_one_thing_leaves_the_rest_to_the_type() -> None:
    settings = parse(graph([node("a", settings={"retry": {"attempts": 2}})])).nodes[0].settings

    assert settings.retry(RetryPolicy(5, "fixed", 1.0, 2.0)) == RetryPolicy(2, "fixed", 1.0, 2.0)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"retry": {"attempts": 0}}, "settings.retry.attempts"),
        ({"retry": {"attempts": True}}, "settings.retry.attempts"),
        ({"retry": {"delaySeconds": -1}}, "settings.retry.delaySeconds"),
        ({"retry": {"backoff": "linear"}}, "settings.retry.backoff"),
        ({"retry": 3}, "settings.retry"),
        ({"timeoutSeconds": 0}, "settings.timeoutSeconds"),
        ({"timeoutSeconds": "10"}, "settings.timeoutSeconds"),
        ({"onError": "ignore"}, "settings.onError"),
        ({"join": []}, "settings.join"),
        ({"store": "bigquery"}, "settings.store"),
        ({"isolate": "yes"}, "settings.isolate"),
        ({"onWorkerLost": None, "onError": 1}, "settings.onError"),
        ([], "settings"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(said: Any, field: str) -> None:
    found = parse(graph([node("a", settings=said)])).problems

    assert [(problem.code, problem.severity, problem.node_id) for problem in found] == [
        ("settings_invalid", "error", "a")
    ]
    assert found[0].params["field"] == field


def test_an_unknown_setting_is_a_warning() -> None:
    found = parse(graph([node("a", settings={"timeout": 3})], settings={"deadline": 5})).problems

    assert [(problem.severity, problem.params["field"]) for problem in found] == [
        ("warning", "settings.timeout"),
        ("warning", "settings.deadline"),
    ]


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (None, "definition"),
        ([], "definition"),
        ("nodes", "definition"),
        ({}, "nodes"),
        ({"nodes": {}}, "nodes"),
        ({"nodes": [], "edges": "x"}, "edges"),
        ({"nodes": ["a"]}, "nodes[0]"),
        ({"nodes": [{"type": "step"}]}, "nodes[0].id"),
        ({"nodes": [{"id": 1, "type": "step"}]}, "nodes[0].id"),
        ({"nodes": [{"id": "x" * 201, "type": "step"}]}, "nodes[0].id"),
        ({"nodes": [{"id": "a"}]}, "nodes[0].type"),
        ({"nodes": [{"id": "a", "type": "step", "data": []}]}, "nodes[0].data"),
        ({"nodes": [{"id": "a", "type": "step", "data": {"label": 5}}]}, "nodes[0].data.label"),
        ({"nodes": [{"id": "a", "type": "step", "position": [0, 0]}]}, "nodes[0].position"),
        ({"nodes": [{"id": "a", "type": "step", "position": {"x": "0"}}]}, "nodes[0].position.x"),
        ({"nodes": [], "edges": [{"source": "a"}]}, "edges[0].target"),
        ({"nodes": [], "edges": [{"source": "a", "target": "b", "sourceHandle": 3}]}, "edges[0].sourceHandle"),
        ({"nodes": [], "edges": [{"id": 7, "source": "a", "target": "b"}]}, "edges[0].id"),
        ({"nodes": [], "origin": "make"}, "origin"),
    ],
)
def test_what_is_no_definition_is_refused_with_the_place(raw: Any, field: str) -> None:
    with pytest.raises(Malformed) as refusal:
        parse(raw)

    assert refusal.value.field == field


def test_empty_handles_are_default_handles() -> None:
    parsed = parse(graph([node("a"), node("b")], [{**edge("a", "b"), "sourceHandle": "", "targetHandle": None}]))

    assert (parsed.edges[0].source_handle, parsed.edges[0].target_handle) == (None, None)


@given(anything)
def test_any_document_is_read_or_refused(raw: Any) -> None:
    with suppress(Malformed):
        parse(raw)


@given(st.lists(anything, max_size=3), st.lists(anything, max_size=3))
def test_any_parts_are_read_or_refused(nodes: list[Any], edges: list[Any]) -> None:
    with suppress(Malformed):
        parse({"nodes": nodes, "edges": edges})
