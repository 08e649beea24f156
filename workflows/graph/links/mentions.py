"""PURE: nodes that expressions name although they are not there, or have not run when the expression is read."""

from __future__ import annotations

from collections.abc import Iterator

from workflows.graph.links.model import LinkGraph
from workflows.graph.links.wording import Finding, finding

STEPS_PER_NODE = 200
"""How far the search for nodes that run earlier may go, for each node of the workflow: the rest is not reported."""


def findings(graph: LinkGraph) -> Iterator[Finding]:
    left = STEPS_PER_NODE * (len(graph.nodes) + 1)
    for node in graph.working:
        wanted = set()
        for name in dict.fromkeys(node.refs):
            named = graph.by_name.get(name)
            if named is None:
                yield finding("expr_missing_node", node.name, ref=name)
            else:
                wanted.add(named.id)
        if wanted and left > 0:
            late, steps = _not_before(graph, node.id, wanted)
            left -= steps
            for name in sorted(graph.by_id[other].name for other in late):
                yield finding("expr_not_upstream", node.name, ref=name)


def _not_before(graph: LinkGraph, start: str, wanted: set[str]) -> tuple[set[str], int]:
    """Which of `wanted` cannot have run before this node, or for it, and how many steps it took to know.

    A sub-node runs when its parents do.
    """
    missing = wanted - {start}
    seen = {start}
    waiting = [start]
    while waiting and missing:
        name = waiting.pop()
        before = [link.source for link in graph.ins.get(name, ())]
        before += [link.source for link in graph.helpers.get(name, ())]
        before += [link.target for link in graph.parents.get(name, ())]
        for other in before:
            if other not in seen:
                seen.add(other)
                missing.discard(other)
                waiting.append(other)
    return missing, len(seen)
