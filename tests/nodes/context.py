"""A running node's surroundings for the tests of node types: everything that `NodeContext` promises, without an engine.

Configs go through the same check and rendering as in a run.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any
from uuid import uuid4

from workflows import catalogue
from workflows.items.outputs import Seen, Shared
from workflows.javascript import Surroundings
from workflows.node_type import Config, Item, NodeType, Outcome
from workflows.services import check_config, render_config


class RecordedLog:
    """Keeps the lines of a step's log as `(level, message, params)`."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str, dict[str, Any]]] = []

    def debug(self, message: str, **params: Any) -> None:
        self.lines.append(("debug", message, params))

    def info(self, message: str, **params: Any) -> None:
        self.lines.append(("info", message, params))

    def warning(self, message: str, **params: Any) -> None:
        self.lines.append(("warning", message, params))

    def error(self, message: str, **params: Any) -> None:
        self.lines.append(("error", message, params))

    def texts(self, level: str) -> list[str]:
        """The lines of one level with their places filled."""
        return [message % params for at, message, params in self.lines if at == level]


class StandaloneContext:
    """A `NodeContext` for one run of one node type.

    `items` are those of the first input port; `inputs` names ports instead. `scope` is the integrations' `CallScope`
    that clients are connected with.
    """

    def __init__(
        self,
        node_type: NodeType,
        config: Mapping[str, Any] | None = None,
        items: Sequence[Item] = ({},),
        *,
        inputs: Mapping[str, list[Item]] | None = None,
        tries: int = 0,
        progress: Any = None,
        returned: list[Item] | None = None,
        scope: Any = None,
        seconds: float = 60.0,
    ) -> None:
        self.inputs: Mapping[str, list[Item]] = (
            inputs if inputs is not None else {port.name: list(items) for port in node_type.inputs[:1]}
        )
        self.items: list[Item] = next(iter(self.inputs.values()), [])
        self.log = RecordedLog()
        self.tries = tries
        self.attempt = tries + 1
        self.progress = progress
        self.returned = returned
        self.deadline = time.monotonic() + seconds
        self.execution_id = str(uuid4())
        self.idempotency_key = str(uuid4())
        self._scope = scope
        self._configs = render_config(node_type, config or {}, [self._names(index) for index in self._indexes()])

    def _indexes(self) -> range:
        return range(max(1, len(self.items)))

    def _names(self, index: int) -> dict[str, Any]:
        item = self.items[index] if self.items else None
        return {
            "$json": item,
            "$itemIndex": index,
            "$input": Seen(Shared(self.items), index if self.items else None, index),
            "$execution": {"id": self.execution_id, "inputData": {}},
            "$workflow": {"id": str(uuid4()), "code": "WF-01", "name": "Test"},
        }

    @property
    def surroundings(self) -> Surroundings:
        return Surroundings(items=self.items, now=int(time.time() * 1000))

    def watching(self, cut: Callable[[], None]) -> AbstractContextManager[None]:
        return nullcontext()

    @property
    def config(self) -> Config:
        return self._configs[0]

    def config_for(self, index: int) -> Config:
        return self._configs[index]

    def connect(self, client: type[Any]) -> Any:
        return client.connect(self._scope)


def run(
    type_name: str, config: Mapping[str, Any] | None = None, items: Sequence[Item] = ({},), **surroundings: Any
) -> Outcome:
    """Run the node type once; `surroundings` as `StandaloneContext` takes them."""
    node_type = catalogue.get(type_name)
    return node_type.run(StandaloneContext(node_type, config, items, **surroundings))


def faults(type_name: str, config: Mapping[str, Any]) -> dict[str, str]:
    """What the check on save says about a config: field and message."""
    return {fault.field: fault.message for fault in check_config(catalogue.get(type_name), config)}
