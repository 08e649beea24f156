"""PURE: the compiled graph, the only form of a workflow that a run reads.

Handles are resolved to ports and defaults to values here, once per version, so that recording a step looks at that
step's own edges and at nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workflows.graph.definition import Definition, NodeSpec
from workflows.graph.facts import ERROR_PORT, NodeFacts, Stores, Weight, source_port, target_port
from workflows.graph.settings import GraphSettings, Join, OnError, OnWorkerLost, RetryPolicy

__all__ = ["ERROR_PORT", "CompiledGraph", "CompiledNode", "InEdge", "OutEdge", "compile_graph"]


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


def compile_graph(definition: Definition, describe: Callable[[str], NodeFacts]) -> CompiledGraph:
    """The graph of a definition without errors. `describe` gives the facts of a node type, or raises."""
    facts = {node.id: describe(node.type) for node in definition.nodes}
    outs: dict[str, list[OutEdge]] = {node.id: [] for node in definition.nodes}
    ins: dict[str, list[InEdge]] = {node.id: [] for node in definition.nodes}
    for edge in definition.edges:
        source_handle = source_port(facts[edge.source], edge.source_handle)
        target_handle = target_port(facts[edge.target], edge.target_handle)
        if source_handle is None or target_handle is None:
            raise ValueError(f"edge {edge.id} is not connected to ports: the definition was not checked")
        outs[edge.source].append(OutEdge(edge.target, source_handle, target_handle))
        ins[edge.target].append(InEdge(edge.source, source_handle, target_handle))
    nodes = {node.id: _node(node, facts[node.id], outs[node.id], ins[node.id]) for node in definition.nodes}
    return CompiledGraph(nodes, tuple(node_id for node_id in nodes if not ins[node_id]), definition.settings)


def _node(node: NodeSpec, facts: NodeFacts, outs: Sequence[OutEdge], ins: Sequence[InEdge]) -> CompiledNode:
    settings = node.settings
    return CompiledNode(
        id=node.id,
        type=node.type,
        label=node.label,
        config=node.config,
        weight=facts.weight,
        join=settings.join,
        retry=settings.retry(facts.retry_for(node.config)),
        timeout_seconds=settings.timeout_seconds or facts.timeout_seconds,
        on_error=settings.on_error,
        repeatable=facts.repeatable,
        stores=facts.stores if settings.store is None else None if settings.store == "none" else settings.store,
        on_worker_lost=settings.on_worker_lost or ("retry" if facts.repeatable else "fail"),
        isolate=facts.weight == "cpu" if settings.isolate is None else settings.isolate,
        outs=tuple(outs),
        ins=tuple(ins),
        first_output=facts.outputs[0],
        inputs=tuple(port.name for port in facts.inputs),
    )
