"""PURE: links that lead in a circle, and what ends it."""

from __future__ import annotations

from collections.abc import Iterator

from workflows.graph.cycles import circles
from workflows.graph.links.model import LinkGraph, LinkNode
from workflows.graph.links.reach import shown
from workflows.graph.links.wording import Finding, finding


def findings(graph: LinkGraph) -> Iterator[Finding]:
    for group in _groups(graph):
        yield from _of_circle(graph, sorted((graph.by_id[name] for name in group), key=lambda node: node.name))


def circle_of(graph: LinkGraph) -> dict[str, int]:
    """The number of the circle that each node is in; nodes in none are left out."""
    return {name: number for number, group in enumerate(_groups(graph)) for name in group}


def _groups(graph: LinkGraph) -> list[list[str]]:
    return circles({node.id: [link.target for link in graph.outs.get(node.id, ())] for node in graph.nodes})


def _of_circle(graph: LinkGraph, members: list[LinkNode]) -> Iterator[Finding]:
    inside = {node.id for node in members}
    way = _ends_by(graph, members, inside)
    yield finding(f"cycle:{way}", members[0].name, nodes=shown([node.name for node in members]))
    if way == "endless":
        yield finding("endless_cycle", members[0].name, nodes=shown([node.name for node in members]))


def _ends_by(graph: LinkGraph, members: list[LinkNode], inside: set[str]) -> str:
    if any(node.loop is not None for node in members):
        return "batch_loop"
    if any(node.waits for node in members):
        return "wait_loop"
    leaves = any(
        (node.branch is not None or node.routes)
        and any(link.target not in inside for link in graph.outs.get(node.id, ()))
        for node in members
    )
    return "conditional_loop" if leaves else "endless"
