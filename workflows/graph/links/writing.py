"""PURE: links that were written and are none, inputs and outputs that are not there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from workflows.graph.links.model import MAIN, LinkGraph
from workflows.graph.links.wording import Finding, finding


def findings(graph: LinkGraph) -> Iterator[Finding]:
    for broken in graph.broken:
        yield finding(broken.code, broken.node, **broken.params)
    yield from _ports(graph)


def _ports(graph: LinkGraph) -> Iterator[Finding]:
    inputs: defaultdict[str, set[int]] = defaultdict(set)
    outputs: defaultdict[str, set[int]] = defaultdict(set)
    for link in graph.links:
        if link.kind != MAIN:
            continue
        source, target = graph.by_id[link.source], graph.by_id[link.target]
        if target.inputs and target.trigger is None and target.family is None and link.input >= target.inputs:
            inputs[target.id].add(link.input)
        last = len(source.outputs) if source.outputs is not None else None
        if last is not None and link.output >= last and link.output != source.error_output:
            outputs[source.id].add(link.output)
    for name, dead in inputs.items():
        node = graph.by_id[name]
        yield finding("dead_input_link", node.name, inputs=_listed(dead), count=node.inputs)
    for name, dead in outputs.items():
        node = graph.by_id[name]
        for output in sorted(dead):
            yield finding("dead_output_link", node.name, output=output + 1, count=len(node.outputs or ()))


def _listed(numbers: set[int]) -> str:
    return ", ".join(str(number + 1) for number in sorted(numbers))
