"""A step without an engine: what a data node is given when only its own work is measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflows.node_type import Item, NodeType


class Silence:
    """A log that nobody reads."""

    def debug(self, message: str, **params: Any) -> None:
        pass

    info = warning = error = debug


class Alone:
    """The part of `NodeContext` that pure nodes use. The config holds no templates: it is the same for all items."""

    def __init__(self, node_type: NodeType, config: Mapping[str, Any], items: list[Item]) -> None:
        self.config = node_type.Config.model_validate(config)
        self.items = items
        self.inputs = {node_type.inputs[0].name: items}
        self.log = Silence()

    def config_for(self, index: int) -> Any:
        return self.config
