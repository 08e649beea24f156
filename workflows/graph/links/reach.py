"""PURE: what starts a workflow, what nothing leads to, and what a disabled node cuts off."""

from __future__ import annotations

from collections.abc import Iterator

from workflows.graph.links.model import LinkGraph, LinkNode
from workflows.graph.links.wording import Finding, finding

MOST_LOOKED_AT = 100
"""So many nodes are followed one by one, which keeps the time within bounds; real workflows have a handful."""


def findings(graph: LinkGraph) -> Iterator[Finding]:
    triggers = [node for node in graph.working if node.trigger is not None]
    yield from _of_triggers(graph, triggers)
    if graph.strict or triggers:
        yield from _without_incoming(graph)
    if triggers:
        yield from _unreachable(graph, triggers)
        yield from _cut(graph, triggers)
    elif graph.strict and graph.working:
        roots = [node.name for node in graph.working if is_root(graph, node)]
        yield finding("no_trigger", "", nodes=shown(roots))


def is_root(graph: LinkGraph, node: LinkNode) -> bool:
    """Whether nothing leads to a node that needs to be led to."""
    if node.trigger is not None or node.family is not None or node.remark:
        return False
    return not graph.ins.get(node.id) and not graph.parents.get(node.id)


def shown(names: list[str]) -> str:
    return ", ".join(f"«{name}»" for name in names[:10]) + (" …" if len(names) > 10 else "")


def _of_triggers(graph: LinkGraph, triggers: list[LinkNode]) -> Iterator[Finding]:
    for node in triggers:
        if graph.ins.get(node.id):
            yield finding("trigger_with_input", node.name)
        if not graph.outs.get(node.id) and not graph.helpers.get(node.id):
            yield finding("trigger_without_output", node.name)


def _without_incoming(graph: LinkGraph) -> Iterator[Finding]:
    for node in graph.working:
        if is_root(graph, node):
            yield finding("no_incoming", node.name)


def _reached(graph: LinkGraph, triggers: list[LinkNode], *, through_disabled: bool) -> set[str]:
    """What runs: nodes that live triggers lead to, and whatever hangs on those."""
    starts = [node.id for node in triggers if through_disabled or not node.disabled]
    seen = graph.follow(starts, through_disabled=through_disabled)
    waiting = list(seen)
    while waiting:
        for link in graph.helpers.get(waiting.pop(), ()):
            if link.source not in seen:
                seen.add(link.source)
                waiting.append(link.source)
    return seen


def _unreachable(graph: LinkGraph, triggers: list[LinkNode]) -> Iterator[Finding]:
    seen = _reached(graph, triggers, through_disabled=True)
    for node in graph.working:
        has_input = graph.ins.get(node.id) or graph.parents.get(node.id)
        if node.id not in seen and has_input and node.trigger is None:
            yield finding("unreachable_downstream", node.name)


def _cut(graph: LinkGraph, triggers: list[LinkNode]) -> Iterator[Finding]:
    """Disabled triggers and branching nodes, with what would run if they were not disabled."""
    suspects = [
        node
        for node in graph.working
        if node.disabled and (node.trigger is not None or any(link.output for link in graph.outs.get(node.id, ())))
    ]
    if not suspects:
        return
    lost = _reached(graph, triggers, through_disabled=True) - _reached(graph, triggers, through_disabled=False)
    for node in suspects[:MOST_LOOKED_AT]:
        after = graph.follow([node.id], through_disabled=True)
        behind = after | {link.source for name in after for link in graph.helpers.get(name, ())}
        gone = (lost & behind) - {node.id}
        cut = [other.name for other in graph.working if other.id in gone]
        if cut:
            yield finding("disabled_cuts_flow", node.name, nodes=shown(cut))
