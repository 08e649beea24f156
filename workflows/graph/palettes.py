"""PURE: which node types a workflow of a kind may hold."""

from __future__ import annotations

from typing import Final

from workflows.graph.facts import NodeFacts

BACKGROUND: Final = ("action", "condition", "split", "send-email")
"""All that a workflow may do which runs behind a conversation: nothing here asks a person or waits for one."""


def allows(kind: str, node_type: str, facts: NodeFacts) -> bool:
    """Whether a workflow of `kind` may hold the type. A function is called by others, so nothing in it starts runs."""
    if kind == "background":
        return node_type in BACKGROUND
    return kind != "function" or not facts.starts
