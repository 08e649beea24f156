"""What the engine asks of this floor: which version a run starts on, and the compiled graph of a version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from accounts import services as accounts_services
from accounts.errors import Forbidden
from accounts.roles import allows
from accounts.statements import HotStatement
from workflows import catalogue
from workflows.errors import NeverValid, NotPublished, VersionNotFound, WorkflowNotFound
from workflows.graph.topology import CompiledGraph, compile_graph
from workflows.models import Workflow, WorkflowVersion
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
    found = _STARTABLE.row({"workflow": workflow_id, "user": getattr(user, "pk", None)})
    if found is None:
        raise WorkflowNotFound
    role = accounts_services.role_of(user, found[-1])
    if not allows(role, "workflow.view"):
        raise WorkflowNotFound
    if not allows(role, "execution.start"):
        raise Forbidden(action="execution.start")
    workflow = _workflow(found[:-1])
    return _target(workflow, workflow.active)


def start_target(workflow_id: UUID, *, number: int | None = None) -> StartTarget:
    """The published version of a workflow, or one that was published once, by its `number`; for whoever asks.

    While nothing of the workflow is published no version of it is started. Raises `WorkflowNotFound` when it has been
    deleted, `VersionNotFound`, and what `startable` says of versions.
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


def project_of_version(version_id: UUID) -> int:
    """The project to which a version belongs."""
    return WorkflowVersion.objects.values_list("workflow__project_id", flat=True).get(id=version_id)


# Written by hand, because every start asks it: to build the query took longer than to answer it.
_ALIVE = """
SELECT w.id, w.code, w.name, w.version, w.priority, w.project_id, v.id, v.number, v.label{}
FROM workflows_workflow w LEFT JOIN workflows_workflowversion v ON v.id = w.active_version_id
WHERE w.deleted_at IS NULL AND """
_BY_ID = HotStatement(f"{_ALIVE.format('')} w.id = %(workflow)s::uuid")
_BY_CODE = HotStatement(f"{_ALIVE.format('')} w.code = %(code)s::text")
_WITH_ROLE = f", {accounts_services.ROLE.format(project='w.project_id')}"
_STARTABLE = HotStatement(f"{_ALIVE.format(_WITH_ROLE)} w.id = %(workflow)s::uuid")


def _by_id(workflow_id: UUID) -> _Workflow | None:
    row = _BY_ID.row({"workflow": workflow_id})
    return None if row is None else _workflow(row)


def _named(name: str) -> _Workflow | None:
    try:
        workflow_id = UUID(name)
    except ValueError:
        row = _BY_CODE.row({"code": name})
        return None if row is None else _workflow(row)
    return _by_id(workflow_id)


def _workflow(row: Sequence[Any]) -> _Workflow:
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
        raise _refusal(workflow)
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


def _refusal(workflow: _Workflow) -> NotPublished | NeverValid:
    """Why nothing of a workflow can be started; one that was published once is only unpublished, whatever its draft."""
    versions = WorkflowVersion.objects.saved().filter(workflow_id=workflow.id)
    newest = versions.filter(number=workflow.newest).first()
    faulty = newest is not None and wording.has_errors(newest.problems)
    if newest is None or not faulty or versions.filter(published_at__isnull=False).exists():
        return NotPublished()
    return NeverValid(problems=wording.shown(newest.problems))


def _once_published(workflow: _Workflow, number: int) -> _Version:
    versions = WorkflowVersion.objects.saved().filter(workflow_id=workflow.id, number=number)
    version = versions.only("id", "number", "label", "published_at").first()
    if version is None:
        raise VersionNotFound
    if version.published_at is None or workflow.active is None:
        raise NotPublished
    return _Version(version.id, version.number, version.label)


_HOLD = HotStatement(
    "SELECT id FROM workflows_workflow WHERE id = %(workflow)s::uuid AND deleted_at IS NULL FOR KEY SHARE"
)
HOLD_TO_START = """SELECT id FROM workflows_workflow WHERE id = %(workflow)s::uuid AND deleted_at IS NULL
    AND (active_version_id IS NOT NULL OR %(unpublished)s::bool) FOR KEY SHARE"""
"""SQL that keeps a workflow from being deleted and unpublished until the transaction ends.

No row when it has been deleted, or when nothing of it is published and the run is none that may be `unpublished`.
"""
PUBLISHED = "EXISTS (SELECT 1 FROM workflows_workflow WHERE id = {workflow} AND active_version_id IS NOT NULL)"
"""SQL that says whether anything of the workflow with this id is published."""


def is_published(workflow_id: UUID) -> bool:
    """Whether there is a version that starts of this workflow would run."""
    return Workflow.objects.alive().filter(id=workflow_id, active_version__isnull=False).exists()


def hold_startable(workflow_id: UUID) -> None:
    """Keep the workflow as it is until the caller's transaction ends; starts do not hinder each other.

    Raises `WorkflowNotFound` when it has been deleted since it was looked up. Needs a transaction.
    """
    if _HOLD.row({"workflow": workflow_id}) is None:
        raise WorkflowNotFound


def compiled(version_id: UUID) -> CompiledGraph:
    """The graph of a published version or of a trial, from a per-process cache: versions never change.

    Raises `VersionNotFound`, and `UnknownNodeType` when a type of the version is no longer installed.
    """
    return _graphs.get(version_id, _compile)


def _compile(version_id: UUID) -> CompiledGraph:
    found = WorkflowVersion.objects.filter(id=version_id).values_list("definition", "pins").first()
    if found is None:
        raise VersionNotFound
    definition, pins = found
    return compile_graph(read_definition(definition), catalogue.facts, pins)
