"""PURE: the compiled graph, the only form of a workflow that a run reads.

Handles are resolved to ports and defaults to values here, once per version, so that recording a step looks at that
step's own edges and at nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from workflows.graph.settings import GraphSettings, Join, OnError, OnWorkerLost, RetryPolicy

Weight = Literal["inline", "io", "cpu"]
Stores = Literal["raw", "processed"]

ERROR_PORT = "error"
"""Every node has this output beside its own; it fires when the node fails and its policy says `error_port`."""


@dataclass(frozen=True, slots=True)
class OutEdge:
    """An edge seen from its source."""

    target: str
    source_handle: str
    target_handle: str


@dataclass(frozen=True, slots=True)
class InEdge:
    """An edge seen from its target."""

    source: str
    source_handle: str
    target_handle: str


@dataclass(frozen=True, slots=True)
class CompiledNode:
    """One node with everything the engine asks about it. `config` is as written: its templates are not rendered."""

    id: str
    type: str
    label: str
    config: Mapping[str, Any]
    weight: Weight
    join: Join
    retry: RetryPolicy
    timeout_seconds: float
    on_error: OnError
    repeatable: bool
    stores: Stores | None
    on_worker_lost: OnWorkerLost
    isolate: bool
    outs: tuple[OutEdge, ...]
    ins: tuple[InEdge, ...]
    first_output: str
    inputs: tuple[str, ...]

    @property
    def in_degree(self) -> int:
        return len(self.ins)


@dataclass(frozen=True, slots=True)
class CompiledGraph:
    """A whole workflow. `nodes` keeps the order of the definition; `roots` are the nodes without incoming edges."""

    nodes: Mapping[str, CompiledNode]
    roots: tuple[str, ...]
    settings: GraphSettings
