"""PURE: outputs that lead nowhere although something chooses them, and inputs that are waited for in vain."""

from __future__ import annotations

from collections.abc import Iterator

from workflows.graph.links.model import LinkGraph, LinkNode
from workflows.graph.links.wording import Finding, finding


def findings(graph: LinkGraph) -> Iterator[Finding]:
    for node in graph.working:
        used = {link.output for link in graph.outs.get(node.id, ())}
        if node.branch is not None:
            yield from _open_outputs(graph, node, used)
        if node.error_output is not None and node.error_output not in used:
            yield finding("error_output_unconnected", node.name)
        if node.gathers:
            yield from _open_inputs(graph, node)


def _open_outputs(graph: LinkGraph, node: LinkNode, used: set[int]) -> Iterator[Finding]:
    outputs = node.outputs or ()
    if not used:
        yield finding("branch_dead_end", node.name)
        return
    for place, name in enumerate(outputs):
        if place not in used and place != node.error_output:
            yield finding("branch_output_unconnected", node.name, output=name)


def _open_inputs(graph: LinkGraph, node: LinkNode) -> Iterator[Finding]:
    links = graph.ins.get(node.id, ())
    if not links or node.inputs is None:
        return
    missing = sorted(set(range(node.inputs)) - {link.input for link in links})
    if missing:
        yield finding("merge_input_unconnected", node.name, inputs=", ".join(str(number + 1) for number in missing))
