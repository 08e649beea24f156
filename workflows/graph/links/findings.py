"""PURE: everything that is to be said about the links of a workflow, in the order of its nodes."""

from __future__ import annotations

from collections.abc import Iterator

from workflows.graph.links import answers, batches, branches, circles, errors_kept, mentions, reach, sub_nodes, writing
from workflows.graph.links.model import LinkGraph
from workflows.graph.links.wording import Finding

_RULES = (
    writing.findings,
    reach.findings,
    branches.findings,
    batches.findings,
    circles.findings,
    answers.findings,
    sub_nodes.findings,
    mentions.findings,
    errors_kept.findings,
)


def analyse(graph: LinkGraph) -> list[Finding]:
    """All findings. Those of one node stand together, findings about no node first."""
    place = {node.name: number for number, node in enumerate(graph.nodes)}
    return sorted(_all(graph), key=lambda finding: place.get(finding.node, -1))


def _all(graph: LinkGraph) -> Iterator[Finding]:
    for rule in _RULES:
        yield from rule(graph)
