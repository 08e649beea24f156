"""What the engine asks of this floor: which version a run starts on, and the compiled graph of a version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from accounts import services as accounts_services
from accounts.errors import Forbidden
from accounts.roles import allows
from workflows import catalogue
from workflows.errors import NeverValid, NotPublished, VersionNotFound, WorkflowNotFound
from workflows.graph.topology import CompiledGraph, compile_graph
from workflows.models import WorkflowVersion
from workflows.services import wording
from workflows.services.checking import read_definition
from workflows.services.graph_cache import GraphCache

_graphs = GraphCache(max_nodes=50_000)


@dataclass(frozen=True, slots=True)
class StartTarget:
    """The version that a start runs on, with what a run needs to know about its workflow."""

    workflow_id: UUID
    workflow_code: str
    workflow_name: str
    version_id: UUID
    version_number: int
    version_label: str
    project_id: int
    priority: int


class _Version(NamedTuple):
    id: UUID
    number: int
    label: str


class _Workflow(NamedTuple):
    """What a start asks about a workflow: `newest` is the number of its newest version, `active` its published one."""

    id: UUID
    code: str
    name: str
    newest: int
    priority: int
    project_id: int
    active: _Version | None


def startable(workflow_id: UUID, user: Any) -> StartTarget:
    """The published version of a workflow that `user` may start.

    Raises `WorkflowNotFound` (also for foreign ones), `accounts.errors.Forbidden`, `NotPublished`, and `NeverValid`
    with the problems when nothing was ever published and the newest version has errors.
    """
    workflow = _by_id(workflow_id)
    role = None if workflow is None else accounts_services.role_in(user, workflow.project_id)
    if workflow is None or not allows(role, "workflow.view"):
        raise WorkflowNotFound
    if not allows(role, "execution.start"):
        raise Forbidden(action="execution.start")
    return _target(workflow, workflow.active)


def start_target(workflow_id: UUID, *, number: int | None = None) -> StartTarget:
    """The published version of a workflow, or one that was published once, by its `number`; for whoever asks.

    Raises `WorkflowNotFound` when it has been deleted, `VersionNotFound`, and what `startable` says of versions.
    """
    workflow = _by_id(workflow_id)
    if workflow is None:
        raise WorkflowNotFound
    return _target(workflow, workflow.active if number is None else _once_published(workflow, number))


def named_target(name: str, *, project_id: int, user: Any) -> StartTarget:
    """The published version of the workflow with this id or code, for a run of a project that wants to start it.

    Somebody who started the run needs the right to start the other workflow, too; a run that nobody started may start
    those of its own project. Raises what `startable` raises.
    """
    workflow = _named(name.strip())
    if workflow is None or (user is None and workflow.project_id != project_id):
        raise WorkflowNotFound
    return _target(workflow, workflow.active) if user is None else startable(workflow.id, user)


# Written by hand, because every start asks it: to build the query took longer than to answer it.
_ALIVE = """
SELECT w.id, w.code, w.name, w.version, w.priority, w.project_id, v.id, v.number, v.label
FROM workflows_workflow w LEFT JOIN workflows_workflowversion v ON v.id = w.active_version_id
WHERE w.deleted_at IS NULL AND """
_BY_ID = f"{_ALIVE} w.id = %s"
_BY_CODE = f"{_ALIVE} w.code = %s"


def _by_id(workflow_id: UUID) -> _Workflow | None:
    return _alive(_BY_ID, workflow_id)


def _named(name: str) -> _Workflow | None:
    try:
        workflow_id = UUID(name)
    except ValueError:
        return _alive(_BY_CODE, name)
    return _by_id(workflow_id)


def _alive(query: str, value: UUID | str) -> _Workflow | None:
    with connection.cursor() as cursor:
        cursor.execute(query, [value])
        row = cursor.fetchone()
    if row is None:
        return None
    version = _Version._make(row[6:])
    return _Workflow._make((*row[:6], None if version.id is None else version))


def number_of(version_id: UUID) -> int:
    """The number of a version; raises `VersionNotFound`."""
    number = WorkflowVersion.objects.filter(id=version_id).values_list("number", flat=True).first()
    if number is None:
        raise VersionNotFound
    return number


def _target(workflow: _Workflow, version: _Version | None) -> StartTarget:
    if version is None:
        newest = WorkflowVersion.objects.filter(workflow_id=workflow.id, number=workflow.newest).first()
        if newest is not None and wording.has_errors(newest.problems):
            raise NeverValid(problems=wording.shown(newest.problems))
        raise NotPublished
    return StartTarget(
        workflow_id=workflow.id,
        workflow_code=workflow.code,
        workflow_name=workflow.name,
        version_id=version.id,
        version_number=version.number,
        version_label=version.label,
        project_id=workflow.project_id,
        priority=workflow.priority,
    )


def _once_published(workflow: _Workflow, number: int) -> _Version:
    versions = WorkflowVersion.objects.filter(workflow_id=workflow.id, number=number)
    version = versions.only("id", "number", "label", "published_at").first()
    if version is None:
        raise VersionNotFound
    if version.published_at is None:
        raise NotPublished
    return _Version(version.id, version.number, version.label)


def hold_startable(workflow_id: UUID) -> None:
    """Keep the workflow from being deleted until the caller's transaction ends; starts do not hinder each other.

    Raises `WorkflowNotFound` when it has been deleted since it was looked up. Needs a transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM workflows_workflow WHERE id = %s AND deleted_at IS NULL FOR KEY SHARE", [workflow_id]
        )
        if cursor.fetchone() is None:
            raise WorkflowNotFound


def compiled(version_id: UUID) -> CompiledGraph:
    """The graph of a published version, from a per-process cache: versions never change.

    Raises `VersionNotFound`, and `UnknownNodeType` when a type of the version is no longer installed.
    """
    return _graphs.get(version_id, _compile)


def _compile(version_id: UUID) -> CompiledGraph:
    definition = WorkflowVersion.objects.filter(id=version_id).values_list("definition", flat=True).first()
    if definition is None:
        raise VersionNotFound
    return compile_graph(read_definition(definition), catalogue.facts)
