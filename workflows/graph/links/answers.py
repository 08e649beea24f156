"""PURE: whether whoever calls a webhook gets the answer that was promised."""

from __future__ import annotations

from collections.abc import Iterator

from workflows.graph.links.model import LinkGraph, LinkNode
from workflows.graph.links.reach import MOST_LOOKED_AT, shown
from workflows.graph.links.wording import Finding, finding

BY_NODE = frozenset({"responseNode", "node"})
"""How both notations say that a node answers."""
CODES = frozenset(
    ("webhook_no_respond", "webhook_path_without_respond", "webhook_respond_mode_mismatch", "respond_without_webhook")
)
"""What is found here."""
CALLED = frozenset({"webhook", "form", "chat"})


def findings(graph: LinkGraph) -> Iterator[Finding]:
    called = [node for node in graph.working if node.trigger in CALLED]
    answerable: set[str] = set()
    waiting = [node.id for node in graph.working if node.waits and not node.disabled]
    live = [node for node in called if not node.disabled]
    if any(node.answers for node in graph.working):
        answerable = graph.follow([*(node.id for node in live), *waiting])
    for node in live[:MOST_LOOKED_AT]:
        if node.answer_mode is not None:
            yield from _of_webhook(graph, node)
    for node in graph.working:
        if node.answers and not node.disabled and node.id not in answerable:
            yield finding("respond_without_webhook", node.name)


def _of_webhook(graph: LinkGraph, node: LinkNode) -> Iterator[Finding]:
    reached = graph.follow([node.id])
    answering = [other for other in graph.working if other.id in reached and other.answers and not other.disabled]
    if node.answer_mode not in BY_NODE:
        if answering:
            yield finding("webhook_respond_mode_mismatch", node.name, mode=node.answer_mode)
        return
    if not answering:
        yield finding("webhook_no_respond", node.name)
        return
    ends = _silent_ends(graph, node)
    if ends:
        yield finding("webhook_path_without_respond", node.name, nodes=shown(ends))


def _silent_ends(graph: LinkGraph, start: LinkNode) -> list[str]:
    """Where branches end that have passed no answering node. Loops and errors aside."""
    seen = {start.id}
    waiting = [start.id]
    ends: list[str] = []
    while waiting:
        node = graph.by_id[waiting.pop()]
        if node.answers and not node.disabled:
            continue
        targets = [link.target for link in graph.outs.get(node.id, ()) if not node.disabled or link.output == 0]
        if not targets and node.terminality != "stop":
            ends.append(node.name)
        for target in targets:
            if target not in seen:
                seen.add(target)
                waiting.append(target)
    return sorted(ends)
