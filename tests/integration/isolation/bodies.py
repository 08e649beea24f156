"""Nodes that behave well and badly, and their surroundings without a run."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from uuid_utils.compat import uuid7

from executions.claims import Claimed
from executions.context import StepContext
from executions.isolation import run_apart
from executions.payloads import RunFacts
from executions.surroundings import Names
from integrations.scope import CancelHandle
from tests.unit.executions.graphs import node
from workflows.graph.expressions import Needs
from workflows.graph.settings import GraphSettings
from workflows.graph.topology import CompiledGraph
from workflows.node_type import NodeContext, NodeType, Outcome, Port

Body = Callable[[Any], Any]


class Node(NodeType):
    """A node that does what it is given."""

    type = "noop"
    inputs = (Port("in", "in"),)
    outputs = (Port("out", "out"),)

    def __init__(self, body: Body) -> None:
        self._body = body

    def run(self, context: NodeContext) -> Outcome:
        outcome: Outcome = self._body(context)
        return outcome


def surroundings(body: Body, *, seconds: float = 60.0) -> StepContext:
    """What a first attempt is given."""
    claimed = Claimed(
        step_id=uuid7(),
        execution_id=uuid7(),
        version_id=uuid7(),
        node_id="a",
        scope=[],
        queue="cpu",
        worker="w",
        fence=1,
        epoch=1,
        attempt=1,
        tries=0,
        rescues=0,
        progress=None,
        wake=None,
        started_at=datetime.now(UTC),
    )
    compiled = node("a", isolate=True)
    inputs = {"in": [{"x": 1}]}
    return StepContext(
        claimed=claimed,
        node=compiled,
        node_type=Node(body),
        inputs=inputs,
        facts=RunFacts({}),
        names=Names(
            claimed=claimed,
            graph=CompiledGraph({"a": compiled}, ("a",), GraphSettings()),
            node=compiled,
            needs=Needs(frozenset(), frozenset()),
            inputs=inputs,
            facts=RunFacts({}),
        ),
        deadline=time.monotonic() + seconds,
        cancel=CancelHandle(),
    )


def apart(body: Body, *, context: StepContext | None = None, seconds: float = 60.0, may_repeat: bool = True) -> Outcome:
    """Run `body` in a process of its own."""
    return run_apart(context or surroundings(body, seconds=seconds), Node(body), may_repeat=may_repeat)
