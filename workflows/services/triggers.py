"""What starts runs of a workflow by itself: the trigger nodes of its published version."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from workflows import catalogue
from workflows.errors import WorkflowNotFound
from workflows.models import Node, Workflow, WorkflowVersion
from workflows.node_type import Config
from workflows.services.checking import read_definition


@dataclass(frozen=True)
class TriggerNode:
    """A trigger node with its checked config."""

    id: str
    type: str
    label: str
    config: Config


def trigger_nodes(workflow_id: UUID, *node_types: str) -> list[TriggerNode]:
    """The nodes of these types in the published version, in its order; none when nothing is published."""
    version = Workflow.objects.alive().filter(id=workflow_id).values_list("active_version_id", flat=True).first()
    if version is None or not Node.objects.filter(version_id=version, type__in=node_types).exists():
        return []
    definition = WorkflowVersion.objects.values_list("definition", flat=True).get(id=version)
    return [
        TriggerNode(node.id, node.type, node.label, catalogue.get(node.type).Config.model_validate(node.config))
        for node in read_definition(definition).nodes
        if node.type in node_types
    ]


def published_by_the_same(workflow_id: UUID) -> QuerySet[Workflow, UUID]:
    """Ids of the workflows whose published version is by the same person as that of this one, itself among them."""
    author = Workflow.objects.filter(id=workflow_id).values("active_version__created_by")
    return Workflow.objects.alive().filter(active_version__created_by__in=author).values_list("id", flat=True)


def project_of_workflow(workflow_id: UUID) -> int:
    """The project of a workflow, deleted ones too, for whoever asks."""
    return Workflow.objects.values_list("project_id", flat=True).get(id=workflow_id)


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
