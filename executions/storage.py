"""Handing a step's output to the datasets: the outbox's handler for `dataset.store`."""

from __future__ import annotations

from typing import Any

from executions.datasets import dataset_of, goes_to_bigquery, origin_of
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
        dataset=dataset_of(step),
        execution_id=execution.id,
        node_id=origin_of(step),
        kind=node.stores,
        rows=data.items,
        export=goes_to_bigquery(step),
    )
