"""The dataset that a step's rows belong to, and writing into it while the step runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from executions.models import Step
from integrations import sink
from integrations.destinations import Destination
from workflows import services as workflows


def dataset_of(step: Step) -> sink.DatasetRef:
    """Every node of a workflow has a dataset of its own. Reads the step's run and workflow."""
    execution = step.execution
    return sink.DatasetRef(
        project_id=execution.project_id,
        name=f"{execution.workflow.code}.{step.node_id}",
        title=step.label,
        workflow_id=execution.workflow_id,
        node_id=step.node_id,
        node_type=step.node_type,
    )


def origin_of(step: Step) -> str:
    """Whose rows they are within the run: the node, and in a loop its pass, so that no pass replaces another's rows.

    `metrics`, or `metrics#2` in the third pass, `metrics#2.0` in the first pass of a loop inside it.
    """
    return f"{step.node_id}#{'.'.join(map(str, step.scope))}" if step.scope else step.node_id


def goes_to_bigquery(step: Step) -> bool:
    """Whether the rows of the step's node are let out: its own setting wins over that of its workflow."""
    graph = workflows.compiled(step.execution.version_id)
    own = graph.nodes[step.node_id].bigquery
    return graph.settings.bigquery if own is None else own


def keep_rows(
    step_id: UUID,
    rows: Sequence[Mapping[str, Any]],
    *,
    start: int,
    complete: bool,
    destination: Destination | None = None,
) -> str:
    """What a `RowKeeper` does, for this step. Gives the pooled connection back: the step goes on to wait elsewhere."""
    step = Step.objects.select_related("execution__workflow").get(id=step_id)
    dataset = dataset_of(step)
    sink.write(
        dataset=dataset,
        execution_id=step.execution_id,
        node_id=origin_of(step),
        kind="processed" if destination else "raw",
        rows=rows,
        start=start,
        complete=complete,
        export=destination is not None or goes_to_bigquery(step),
        destination=destination,
    )
    if connection.settings_dict["OPTIONS"].get("pool") and not connection.in_atomic_block:
        connection.close()
    return dataset.name
