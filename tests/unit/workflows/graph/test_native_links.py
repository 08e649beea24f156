"""The link analysis over definitions of ours: whoever calls a webhook or sends a form gets the answer they wait for."""

from __future__ import annotations

from typing import Any

import pytest

from workflows import catalogue
from workflows.graph.definition import parse
from workflows.graph.links.findings import analyse
from workflows.graph.links.native import link_graph

SAY: tuple[str, str, dict[str, Any]] = ("say", "respond-to-webhook", {})


def found(*nodes: tuple[str, str, dict[str, Any]], edges: list[tuple[str, ...]]) -> set[tuple[str, str, str]]:
    raw = {
        "nodes": [
            {"id": name, "type": kind, "data": {"label": name, "config": config}} for name, kind, config in nodes
        ],
        "edges": [
            {"id": f"e{number}", "source": source, "target": target, **({"sourceHandle": port[0]} if port else {})}
            for number, (source, target, *port) in enumerate(edges)
        ],
    }
    definition = parse(raw)
    graph = link_graph(definition, {node.id: catalogue.facts(node.type) for node in definition.nodes})
    return {(one.code, one.severity, one.node) for one in analyse(graph)}


@pytest.mark.parametrize(("begins", "config"), [("trigger-webhook", {"proof": "none"}), ("trigger-form", {})])
def test_a_promised_answer_is_given(begins: str, config: dict[str, Any]) -> None:
    waits, at_once = (begins, {**config, "answer": "node"}), (begins, config)
    silent = found(("in", *waits), ("act", "noop", {}), edges=[("in", "act")])
    good = found(("in", *waits), SAY, edges=[("in", "say")])
    lost = found(("in", *at_once), SAY, edges=[("in", "say")])
    assert ("webhook_no_respond", "error", "in") in silent
    assert not good
    assert ("webhook_respond_mode_mismatch", "error", "in") in lost


def test_every_branch_answers() -> None:
    hook = ("in", "trigger-webhook", {"proof": "none", "answer": "node"})
    edges = [("in", "check"), ("check", "say", "true"), ("check", "quiet", "false")]
    told = found(hook, ("check", "if", {}), SAY, ("quiet", "noop", {}), edges=edges)
    assert ("webhook_path_without_respond", "warning", "in") in told


def test_where_nobody_calls_the_caller_of_the_workflow_has_the_answer() -> None:
    assert not found(SAY, ("back", "return", {}), edges=[("say", "back")])
