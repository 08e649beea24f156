"""What the engine asks of this floor: which version a run starts on, and the compiled graph of a version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from workflows.graph.topology import CompiledGraph


@dataclass(frozen=True, slots=True)
class StartTarget:
    """The version that a start runs on, with what a run needs to know about its workflow."""

    workflow_id: UUID
    workflow_code: str
    workflow_name: str
    version_id: UUID
    project_id: int
    priority: int


def startable(workflow_id: UUID, user: Any) -> StartTarget:
    """The published version of a workflow that `user` may start.

    Raises `WorkflowNotFound` (also for foreign ones), `accounts.errors.Forbidden`, `NotPublished`, and `NeverValid`
    with the problems when nothing was ever published and the newest version has errors.
    """
    raise NotImplementedError


def compiled(version_id: UUID) -> CompiledGraph:
    """The graph of a version, from a per-process cache: versions never change.

    Raises `UnknownNodeType` when a type of the version is no longer installed.
    """
    raise NotImplementedError
