"""What steps received and gave: items by port, read for a page of steps with one query."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from executions import payloads
from executions.engine import identity
from executions.engine.states import StepStatus
from executions.models import Execution, Step
from workflows import services as workflows
from workflows.errors import UnknownNodeType
from workflows.graph.topology import CompiledGraph, CompiledNode

NOTHING_RECEIVED = frozenset({StepStatus.PENDING, StepStatus.SKIPPED})
ROOT_PORT = "in"

Items = dict[str, list[Any]]


def attach(execution: Execution, steps: Sequence[Step]) -> Sequence[Step]:
    """Give each step its `input` and `output`, `{port: [items]}`.

    The input follows the edges back to what fired into them; a root has received the run's `inputData`. It is empty
    for a step that has not been reached, and where a node type is no longer installed and the edges cannot be read.
    """
    graph = _graph(execution)
    received = {step.id: graph.nodes[step.node_id] for step in steps if graph and step.status not in NOTHING_RECEIVED}
    sources = {
        identity.step_id(execution.id, edge.source, at)
        for step in steps
        if step.id in received
        for edge, at, port in payloads.sources_of(received[step.id], tuple(step.scope))
        if port is not None
    }
    outputs = payloads.read_outputs(sorted(sources | {step.id for step in steps}))
    for step in steps:
        node = received.get(step.id)
        shown: Any = step
        shown.input = {} if node is None else _input(node, step, outputs, execution) | (step.edited_input or {})
        shown.output = {port: payloads.decode(text) for (own, port), text in outputs.items() if own == step.id}
    return steps


def _input(node: CompiledNode, step: Step, outputs: payloads.Outputs, execution: Execution) -> Items:
    if node.in_degree or any(step.scope):
        return payloads.read_inputs(execution.id, node, tuple(step.scope), outputs)
    return {node.inputs[0] if node.inputs else ROOT_PORT: [execution.input_data]}


def _graph(execution: Execution) -> CompiledGraph | None:
    try:
        return workflows.compiled(execution.version_id)
    except UnknownNodeType:
        return None
