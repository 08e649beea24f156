"""Handing a step's output to the datasets: the outbox's handler for `dataset.store`."""

from __future__ import annotations

from typing import Any

from executions.models import Step, StepData
from integrations import sink
from workflows import services as workflows


def store_output(payload: dict[str, Any]) -> None:
    """Write what left the step by its first output as rows of its dataset; told twice it changes nothing."""
    step = Step.objects.select_related("execution__workflow").filter(id=payload["stepId"]).first()
    if step is None:
        return
    execution = step.execution
    node = workflows.compiled(execution.version_id).nodes[step.node_id]
    data = StepData.objects.filter(step=step, port=node.first_output).first()
    if data is None or node.stores is None:
        return
    sink.write(
        dataset=sink.DatasetRef(
            project_id=execution.project_id,
            name=f"{execution.workflow.code}.{step.node_id}",
            title=step.label,
            workflow_id=execution.workflow_id,
            node_id=step.node_id,
            node_type=step.node_type,
        ),
        execution_id=execution.id,
        node_id=step.node_id,
        kind=node.stores,
        rows=data.items,
    )
