"""PURE: what the graph needs to know about a node type, and how handles become ports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from uuid import UUID

from workflows.graph.settings import RetryPolicy

Weight = Literal["inline", "io", "cpu"]
Stores = Literal["raw", "processed"]

ERROR_PORT = "error"
"""Every node has this output beside its own; it fires when the node fails and its policy says `error_port`."""


@dataclass(frozen=True, slots=True)
class InputFacts:
    """An input port; a required one may stay without an edge only when the config makes up for it."""

    name: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """A node type as the graph sees it. The first input and the first output are the default ports.

    `starts` marks triggers, `loops` the type whose port `loop` leads into the body of a loop, `returns` the one whose
    items are what the run gives back; with `any_handles` every handle is a port. `retry_for` gives the default policy
    of a raw config, `needs_input` whether it leaves required inputs required, `credentials_in` the credentials that it
    names.
    """

    inputs: tuple[InputFacts, ...]
    outputs: tuple[str, ...]
    weight: Weight = "inline"
    repeatable: bool = True
    stores: Stores | None = None
    timeout_seconds: float = 60.0
    loops: bool = False
    starts: bool = False
    returns: bool = False
    any_handles: bool = False
    retry_for: Callable[[Mapping[str, Any]], RetryPolicy] = field(default=lambda _config: RetryPolicy())
    needs_input: Callable[[Mapping[str, Any]], bool] = field(default=lambda _config: True)
    credentials_in: Callable[[Mapping[str, Any]], tuple[UUID, ...]] = field(default=lambda _config: ())


def standing_aside(facts: NodeFacts) -> NodeFacts:
    """The facts of a disabled node: its ports, and nothing of what its type does."""
    return NodeFacts(
        tuple(replace(port, required=False) for port in facts.inputs), facts.outputs, any_handles=facts.any_handles
    )


def source_port(facts: NodeFacts, handle: str | None) -> str | None:
    """The output that a handle means, None if there is none such."""
    if handle is None:
        return facts.outputs[0] if facts.outputs else None
    return handle if facts.any_handles or handle in facts.outputs or handle == ERROR_PORT else None


def target_port(facts: NodeFacts, handle: str | None) -> str | None:
    """The input that a handle means, None if there is none such."""
    names = [port.name for port in facts.inputs]
    if handle is None:
        return names[0] if names else None
    return handle if facts.any_handles or handle in names else None
