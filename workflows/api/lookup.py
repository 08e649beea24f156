"""Finding the workflow of a URL for the person who asks. A foreign one is as good as none: 404."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from workflows.errors import WorkflowNotFound
from workflows.models import Workflow


def find_workflow(user: Any, workflow_id: str) -> Workflow:
    """The workflow with its versions at hand, if `user` may see it; raises `WorkflowNotFound`."""
    workflow = Workflow.objects.visible_to(user).with_versions().filter(id=as_id(workflow_id)).first()
    if workflow is None:
        raise WorkflowNotFound
    return workflow


def as_id(text: str) -> UUID:
    """The id in a URL; what is none names no workflow: `WorkflowNotFound`."""
    try:
        return UUID(text)
    except ValueError:
        raise WorkflowNotFound from None
