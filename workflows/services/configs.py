"""Configs of nodes: checked when saved, rendered and checked again when run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workflows.node_type import Config, NodeType


def render_config(
    node_type: NodeType, raw_config: Mapping[str, Any], scopes: Sequence[Mapping[str, Any]]
) -> list[Config]:
    """The checked config for every scope (item), one object repeated when nothing in it varies.

    Without scopes the list is empty. Raises `Permanent("config_invalid")` with `field` and `item` in its details.
    """
    raise NotImplementedError
