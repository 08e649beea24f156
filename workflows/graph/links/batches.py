"""PURE: loops over batches whose body is on the wrong output, does not come back, or is not there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from workflows.graph.links.circles import circle_of
from workflows.graph.links.model import LinkGraph, LinkNode
from workflows.graph.links.wording import Finding, finding


def findings(graph: LinkGraph) -> Iterator[Finding]:
    loops = [node for node in graph.working if node.loop is not None and not node.disabled and graph.ins.get(node.id)]
    circles = circle_of(graph) if loops else {}
    for node in loops:
        if node.loop is not None:
            yield from _of_loop(graph, node, *node.loop, circles)


def _of_loop(
    graph: LinkGraph, node: LinkNode, body: int, done: int | None, circles: Mapping[str, int]
) -> Iterator[Finding]:
    """What leads back to the loop is in one circle with it."""
    outs = graph.outs.get(node.id, ())
    in_body = [link.target for link in outs if link.output == body]
    after = [link.target for link in outs if link.output == done] if done is not None else []
    comes_back = {name for name in (*in_body, *after) if circles.get(name, -1) == circles.get(node.id, -2)}
    if comes_back.intersection(in_body):
        return
    if comes_back.intersection(after):
        yield finding("batch_loop_on_done_output", node.name)
    elif in_body:
        yield finding("batch_loop_not_closed", node.name)
    else:
        yield finding("batch_loop_output_unconnected", node.name)
