"""PURE: failures that are written down and that nobody is told of."""

from __future__ import annotations

from collections.abc import Iterator

from workflows.graph.links.model import LinkGraph
from workflows.graph.links.wording import Finding, finding


def findings(graph: LinkGraph) -> Iterator[Finding]:
    keepers = [node for node in graph.working if node.saves_error and not node.disabled]
    told = _lead_to_notification(graph) if keepers else set()
    for node in keepers:
        if node.id not in told:
            yield finding("save_error_without_notification", node.name)


def _lead_to_notification(graph: LinkGraph) -> set[str]:
    """Nodes behind which there is one that tells people. A disabled node lets through its first output only."""
    found: set[str] = set()
    waiting = [node.id for node in graph.working if node.notifies]
    while waiting:
        for link in graph.ins.get(waiting.pop(), ()):
            if link.source not in found and not (graph.by_id[link.source].disabled and link.output):
                found.add(link.source)
                waiting.append(link.source)
    return found
