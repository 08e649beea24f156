"""Runs that somebody starts by hand at a `trigger-manual`: the form is checked, and it is told who has done it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext

from executions.errors import BadInput
from executions.models import Execution
from integrations import events
from workflows.graph import form_schema
from workflows.graph.topology import CompiledGraph, CompiledNode
from workflows.services import StartTarget

NODE_TYPE: Final = "trigger-manual"
STARTED: Final = "process.started_manually"


def begun_by_hand(graph: CompiledGraph) -> CompiledNode | None:
    """The node at which a run begins that is started by hand, if the workflow has one."""
    return next((graph.nodes[root] for root in graph.roots if graph.nodes[root].type == NODE_TYPE), None)


def filled_in(node: CompiledNode, given: Mapping[str, Any]) -> dict[str, Any]:
    """What the form of the node makes of what was given; raises `BadInput` with the faults by field."""
    values, faults = form_schema.read(node.config.get("fields") or {}, given)
    if faults:
        raise BadInput(fields={f"inputData.{name}": gettext(fault) for name, fault in faults.items()})
    return values


def tell_of_start(execution: Execution, target: StartTarget, user: Any) -> None:
    """The event that says who has started what. Needs the transaction that starts the run."""
    by = getattr(user, "username", "") or ""
    events.emit(
        project_id=target.project_id,
        name=STARTED,
        subject=target.workflow_code,
        payload={
            "workflow": target.workflow_code,
            "executionId": str(execution.pk),
            "by": by,
            "inputData": execution.input_data,
        },
        dedupe_key=str(execution.pk),
        source="executions",
    )
