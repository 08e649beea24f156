"""PURE: which steps the texts of a node mean by the names in them."""

from __future__ import annotations

from collections.abc import Collection

from executions.engine.resetting import ancestors
from workflows.graph import expressions
from workflows.graph.topology import CompiledGraph, CompiledNode

PREVIOUS = "$prevNode"


def named(name: str, graph: CompiledGraph, before: Collection[str]) -> CompiledNode | None:
    """The node of that label among those `before`, else the one of that id; None when neither is there."""
    labelled = [graph.nodes[one] for one in graph.nodes if one in before and graph.nodes[one].label == name]
    return labelled[0] if labelled else graph.nodes[name] if name in before else None


def previous_label(graph: CompiledGraph, node: CompiledNode) -> str:
    """What the node calls the one before it; "" when it is the first."""
    return graph.nodes[node.ins[0].source].label if node.ins else ""


def moved(old: CompiledGraph, new: CompiledGraph) -> set[str]:
    """The labels that other nodes have in `new` than in `old`."""
    pairs = [{(node.label, node.id) for node in graph.nodes.values()} for graph in (old, new)]
    return {label for label, _node in pairs[0] ^ pairs[1]}


def same_meaning(old: CompiledGraph, new: CompiledGraph, name: str, labels: Collection[str]) -> bool:
    """Whether all that the node's config mentions are the same steps in both graphs, of which `labels` are `moved`.

    The config and the incoming edges of the node are the same in both. A result that was made with one step is none of
    another. Other ways that lead to the node are no matter of its own: what lies on them has changed then.
    """
    asked = expressions.mentioned(new.nodes[name].config)
    if PREVIOUS in asked.names and previous_label(old, old.nodes[name]) != previous_label(new, new.nodes[name]):
        return False
    doubtful = asked.nodes.intersection(labels)
    return not doubtful or _meant(old, name, doubtful) == _meant(new, name, doubtful)


def _meant(graph: CompiledGraph, node: str, names: Collection[str]) -> dict[str, str | None]:
    before = ancestors(graph, [node])
    found = {name: named(name, graph, before) for name in names}
    return {name: None if other is None else other.id for name, other in found.items()}
