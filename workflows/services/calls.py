"""Which other workflow a node as written starts."""

from __future__ import annotations

from collections.abc import Mapping

from workflows import catalogue
from workflows.errors import UnknownNodeType
from workflows.graph.definition import NodeSpec


def started_by(node: NodeSpec) -> str | None:
    """The id or code of the workflow that the node starts; None when it starts none, or says nothing that is one."""
    try:
        node_type = catalogue.get(node.type)
    except UnknownNodeType:
        return None
    return node_type.started_workflow(node.config) if isinstance(node.config, Mapping) else None
