"""What starts runs of a workflow by itself: the trigger nodes of its published version."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from workflows import catalogue
from workflows.errors import WorkflowNotFound
from workflows.models import Node, Workflow, WorkflowVersion
from workflows.node_type import Config
from workflows.services.checking import read_definition


@dataclass(frozen=True)
class TriggerNode:
    """A trigger node with its checked config."""

    id: str
    label: str
    config: Config


def trigger_nodes(workflow_id: UUID, node_type: str) -> list[TriggerNode]:
    """The nodes of this type in the published version, in its order; none when nothing is published."""
    version = Workflow.objects.alive().filter(id=workflow_id).values_list("active_version_id", flat=True).first()
    if version is None or not Node.objects.filter(version_id=version, type=node_type).exists():
        return []
    definition = WorkflowVersion.objects.values_list("definition", flat=True).get(id=version)
    config = catalogue.get(node_type).Config
    return [
        TriggerNode(node.id, node.label, config.model_validate(node.config))
        for node in read_definition(definition).nodes
        if node.type == node_type
    ]


def project_of(workflow_id: UUID, user: Any) -> int:
    """The project of a workflow that `user` may look at; raises `WorkflowNotFound`."""
    project = Workflow.objects.visible_to(user).filter(id=workflow_id).values_list("project_id", flat=True).first()
    if project is None:
        raise WorkflowNotFound
    return project


def find_workflow(name: str) -> UUID | None:
    """The id of the workflow that has this id or code, None when there is none such."""
    return next(_found(name), None)


def _found(name: str) -> Iterator[UUID]:
    try:
        named = Workflow.objects.alive().filter(id=UUID(name))
    except ValueError:
        named = Workflow.objects.alive().filter(code=name)
    yield from named.values_list("id", flat=True)
