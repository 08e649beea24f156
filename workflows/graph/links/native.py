"""PURE: a definition of ours as the link analysis sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflows.graph import expressions
from workflows.graph.definition import Definition, NodeSpec
from workflows.graph.facts import ERROR_PORT, NodeFacts, source_port, target_port
from workflows.graph.links.model import Link, LinkGraph, LinkNode, Terminality

BRANCHES = frozenset({"if", "condition"})
GATHERERS = frozenset({"merge"})
TERMINALITY: Mapping[str, Terminality] = {
    "return": "complete",
    "noop": "complete",
    "respond-to-webhook": "respond",
    "notify": "notification",
    "notify-contacts": "notification",
    "send-email": "notification",
    "save-error": "save-error",
    "stop": "stop",
    "fail": "stop",
}
"""How a branch may end in nodes of these types; all others end it as `other`."""
CALLED: Mapping[str, str] = {"trigger-webhook": "webhook", "trigger-form": "form"}
"""Triggers whose callers may wait for an answer."""


def link_graph(definition: Definition, facts: Mapping[str, NodeFacts | None]) -> LinkGraph:
    """The nodes and those edges that are connected to ports; the rules of definitions tell of all others."""
    is_called = any(node.type in CALLED for node in definition.nodes)
    nodes = tuple(_node(node, facts[node.id], is_called=is_called) for node in definition.nodes)
    links = []
    for edge in definition.edges:
        source, target = facts.get(edge.source), facts.get(edge.target)
        if source is None or target is None:
            continue
        out, into = source_port(source, edge.source_handle), target_port(target, edge.target_handle)
        if out is None or into is None:
            continue
        inputs = [port.name for port in target.inputs]
        output = source.outputs.index(out) if out in source.outputs else len(source.outputs)
        links.append(Link(edge.source, edge.target, output=output, input=inputs.index(into) if into in inputs else 0))
    return LinkGraph(nodes, tuple(links), strict=False)


def _node(node: NodeSpec, facts: NodeFacts | None, *, is_called: bool) -> LinkNode:
    """`is_called` says that somebody may wait for an answer; where nobody can, the caller of the workflow has it."""
    if facts is None:
        return LinkNode(node.id, node.label, node.type, inputs=None, outputs=None)
    config = node.config if isinstance(node.config, Mapping) else {}
    kind = TERMINALITY.get(node.type, "other")
    fails_aside = node.settings.on_error == "error_port" and ERROR_PORT not in facts.outputs
    return LinkNode(
        id=node.id,
        name=node.label,
        type=node.type,
        trigger=CALLED.get(node.type, "schedule") if facts.starts else None,
        inputs=len(facts.inputs),
        outputs=facts.outputs,
        error_output=len(facts.outputs) if fails_aside else None,
        branch="if" if node.type in BRANCHES else None,
        gathers=node.type in GATHERERS,
        loop=(facts.outputs.index("loop"), facts.outputs.index("done")) if facts.loops else None,
        waits=node.type in ("delay", "wait-event"),
        answers=is_called and node.type == "respond-to-webhook",
        answer_mode=str(config.get("answer", "at_once")) if node.type in CALLED else None,
        terminality=kind,
        notifies=kind == "notification" or _notifies(config),
        saves_error=kind == "save-error" and not _notifies(config),
        refs=tuple(sorted(expressions.needs(config).nodes)),
        disabled=node.settings.disabled,
    )


def _notifies(config: Mapping[str, Any]) -> bool:
    """Whether the node that keeps errors tells people itself."""
    return config.get("notify") is True or bool(config.get("telegram"))
