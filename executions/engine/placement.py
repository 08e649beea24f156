"""PURE: on which queue a node runs, and whether a worker may go on with it."""

from __future__ import annotations

from typing import Final

from workflows.graph.topology import CompiledNode

IO: Final = "io"
CPU: Final = "cpu"


def queue_of(node: CompiledNode) -> str:
    """The queue on which a node waits for a worker; an inline node that nobody continues into waits on `cpu`."""
    return IO if node.weight == "io" and not node.isolate else CPU


def may_continue(node: CompiledNode, queue: str) -> bool:
    """Whether a worker of `queue` that has just ended a step may run this node next, without a new doorbell."""
    if node.isolate:
        return False
    return node.weight == "inline" or queue_of(node) == queue
