"""Making, changing, publishing and deleting workflows. Each is one transaction that holds the workflow's row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import BigIntegerField, Max
from django.db.models.functions import Cast, Substr
from django.utils.module_loading import import_string
from django.utils.translation import gettext

from accounts import clock, quotas, trail
from accounts import services as accounts_services
from accounts.clock import Clock
from workflows.errors import CodeTaken, StaleETag, StaleVersion, WorkflowNotFound
from workflows.models import DEFAULT_PRIORITY, Node, Workflow, WorkflowVersion
from workflows.services import wording
from workflows.services.checking import EMPTY, read_definition, refuse_errors, validate_definition
from workflows.services.credential_use import name_credentials

log = structlog.get_logger(__name__)

CODE_PREFIX = "WF-"
NAME_LENGTH = 200
LABEL_LENGTH = 500
TYPE_LENGTH = 100


@dataclass(frozen=True)
class Particulars:
    """What is said about a workflow beside its definition. A `code` of None means: as it is, or a new one.

    The `kind` is said once, when the workflow is made.
    """

    name: str
    description: str = ""
    kind: str = Workflow.Kind.FLOW
    priority: int = DEFAULT_PRIORITY
    code: str | None = None


@dataclass(frozen=True)
class Expected:
    """The version that the person saw: from the body, or from an `If-Match` header. None means any."""

    version: int | None = None
    etag: str | None = None


@transaction.atomic
def create_workflow(
    *, user: Any, particulars: Particulars, definition: Mapping[str, Any] | None, draft: bool = False
) -> Workflow:
    """A new workflow with its first version, published at once when it has no errors and is no `draft`.

    Without a definition it is an empty draft. It belongs to the default project, or to the first one where `user` may
    change workflows. Raises `Forbidden`, `CodeTaken`, `NotADefinition`, `DefinitionTooLarge`, `QuotaExceeded`.
    """
    project_id = accounts_services.project_for(user, action="workflow.edit")
    workflow = Workflow(
        project_id=project_id,
        code=particulars.code or _next_code(),
        name=particulars.name,
        description=particulars.description,
        kind=particulars.kind,
        priority=particulars.priority,
    )
    _refuse_more(user)
    _insert(workflow)
    _add_version(workflow, user, EMPTY if definition is None else definition, draft=draft)
    return _fresh(workflow.id)


@transaction.atomic
def replace_workflow(
    *,
    workflow_id: UUID,
    user: Any,
    particulars: Particulars,
    definition: Mapping[str, Any],
    draft: bool = False,
    expected: Expected | None = None,
) -> Workflow:
    """Replace everything about a workflow; the definition becomes its newest version.

    With errors, or as a `draft`, the version that was published stays the one that runs. Raises `WorkflowNotFound`,
    `Forbidden`, `StaleVersion`, `StaleETag`, `CodeTaken`, `NotADefinition`, `DefinitionTooLarge`.
    """
    workflow = _locked(workflow_id, user, "workflow.edit", expected)
    workflow.code = particulars.code or workflow.code
    workflow.name = particulars.name
    workflow.description = particulars.description
    workflow.priority = particulars.priority
    _save_particulars(workflow)
    _add_version(workflow, user, definition, draft=draft)
    return _fresh(workflow.id)


@transaction.atomic
def restore_version(
    *, workflow_id: UUID, version: WorkflowVersion, user: Any, draft: bool = False, expected: Expected | None = None
) -> Workflow:
    """Save the definition of an earlier version anew, as the newest. Raises as `replace_workflow` does."""
    workflow = _locked(workflow_id, user, "workflow.edit", expected)
    _add_version(workflow, user, version.definition, draft=draft)
    return _fresh(workflow.id)


@transaction.atomic
def publish(*, workflow_id: UUID, user: Any, expected: Expected | None = None) -> Workflow:
    """Make the newest version the one that runs. Publishing what is published changes nothing.

    Raises `WorkflowNotFound`, `Forbidden`, `StaleVersion` or `StaleETag` when it is not the version that the person
    saw, and `InvalidDefinition` with the problems.
    """
    workflow = _locked(workflow_id, user, "workflow.publish", expected)
    newest = _newest(workflow)
    refuse_errors(
        validate_definition(newest.definition, kind=workflow.kind, own=_names(workflow), project_id=workflow.project_id)
    )
    if not workflow.is_published:
        _activate(workflow, newest)
    return _fresh(workflow.id)


@transaction.atomic
def unpublish(*, workflow_id: UUID, user: Any) -> Workflow:
    """Let nothing of a workflow be started any more, by nobody and nothing; its open runs go on.

    All versions stay, and publishing brings back what has started it by itself. Unpublishing what is not published
    changes nothing. Raises `WorkflowNotFound` and `Forbidden`.
    """
    workflow = _locked(workflow_id, user, "workflow.publish")
    if workflow.active_version is not None:
        _deactivate(workflow, workflow.active_version)
    return _fresh(workflow.id)


@transaction.atomic
def duplicate(*, workflow_id: UUID, user: Any) -> Workflow:
    """A copy as a draft, with a code of its own; ids inside the definition stay.

    Raises `WorkflowNotFound`, `Forbidden` and `QuotaExceeded`.
    """
    source = _visible(workflow_id, user)
    accounts_services.require(user, "workflow.edit", source.project_id)
    suffix = gettext("(копия)")
    copy = Workflow(
        project_id=source.project_id,
        code=_next_code(),
        name=f"{source.name[: NAME_LENGTH - len(suffix) - 1]} {suffix}",
        description=source.description,
        kind=source.kind,
        priority=source.priority,
    )
    _refuse_more(user)
    _insert(copy)
    _add_version(copy, user, _newest(source).definition, draft=True)
    return _fresh(copy.id)


@transaction.atomic
def delete(*, workflow_id: UUID, user: Any) -> None:
    """Take a workflow away from sight; its versions and runs stay.

    Raises `WorkflowNotFound`, `Forbidden`, and whatever the guard in `settings.WORKFLOW_GUARDS` refuses with while
    runs are open. The row stays locked meanwhile, so that no run can be inserted unseen.
    """
    workflow = _locked(workflow_id, user, "workflow.delete")
    import_string(settings.WORKFLOW_GUARDS["delete"])(workflow.id)
    Workflow.objects.filter(id=workflow.id).update(deleted_at=Clock(), updated_at=Clock())
    trail.tell(workflow, deleted_at=(None, clock.read()))
    Node.objects.filter(version__workflow=workflow).delete()
    import_string(settings.WORKFLOW_HOOKS["deleted"])(workflow.id)
    log.info("workflow deleted", workflow_id=str(workflow.id))


def refuse_stale(workflow: Workflow, expected: Expected) -> None:
    """Raise `StaleETag` or `StaleVersion` unless the workflow is as it was seen."""
    if expected.etag is not None and expected.etag.strip() != "*":
        tags = [tag.strip().removeprefix("W/").strip('"') for tag in expected.etag.split(",")]
        if str(workflow.version) not in tags:
            raise StaleETag(version=workflow.version)
    if expected.version is not None and expected.version != workflow.version:
        raise StaleVersion(version=workflow.version)


def _names(workflow: Workflow) -> tuple[str, str]:
    """What a node may call the workflow."""
    return workflow.code, str(workflow.id)


def _visible(workflow_id: UUID, user: Any) -> Workflow:
    workflow = Workflow.objects.visible_to(user).filter(id=workflow_id).first()
    if workflow is None:
        raise WorkflowNotFound
    return workflow


def _locked(workflow_id: UUID, user: Any, action: str, expected: Expected | None = None) -> Workflow:
    workflow = Workflow.objects.visible_to(user).select_for_update(of=("self",)).filter(id=workflow_id).first()
    if workflow is None:
        raise WorkflowNotFound
    accounts_services.require(user, action, workflow.project_id)
    if expected is not None:
        refuse_stale(workflow, expected)
    return workflow


def _fresh(workflow_id: UUID) -> Workflow:
    return Workflow.objects.with_versions().get(id=workflow_id)


def _next_code() -> str:
    """The next free `WF-01`; whoever asks holds all others up until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('workflows.code'))")
    numbered = Workflow.objects.filter(code__regex=rf"^{CODE_PREFIX}\d{{1,9}}$")
    number = Cast(Substr("code", len(CODE_PREFIX) + 1), BigIntegerField())
    highest = numbered.aggregate(highest=Max(number))["highest"] or 0
    return f"{CODE_PREFIX}{highest + 1:02d}"


def _refuse_more(user: Any) -> None:
    """Raise `QuotaExceeded` unless the person may make one more workflow; who saved its first version has made it."""
    first = WorkflowVersion.objects.saved().filter(number=1, created_by=user, workflow__deleted_at=None)
    quotas.refuse_beyond("workflows", first.count)


def _insert(workflow: Workflow) -> None:
    try:
        with transaction.atomic():
            workflow.save(force_insert=True)
    except IntegrityError as error:
        raise CodeTaken(field="code") from error


def _save_particulars(workflow: Workflow) -> None:
    try:
        with transaction.atomic():
            workflow.save(update_fields=["code", "name", "description", "priority"])
    except IntegrityError as error:
        raise CodeTaken(field="code") from error


def _newest(workflow: Workflow) -> WorkflowVersion:
    return WorkflowVersion.objects.saved().get(workflow=workflow, number=workflow.version)


def _add_version(workflow: Workflow, user: Any, definition: Mapping[str, Any], *, draft: bool) -> None:
    """The next version of a locked or new workflow; it becomes the active one if it may."""
    problems = validate_definition(definition, kind=workflow.kind, own=_names(workflow), project_id=workflow.project_id)
    number = workflow.version + 1
    version = WorkflowVersion.objects.create(
        workflow=workflow,
        number=number,
        label=f"v{number:03d}",
        definition=definition,
        problems=problems,
        created_by=user,
    )
    workflow.version = number
    workflow.newest_version = version
    Workflow.objects.filter(id=workflow.id).update(version=number, newest_version=version, updated_at=Clock())
    log.info("workflow saved", workflow_id=str(workflow.id), version=number, problems=len(problems))
    if draft or wording.has_errors(problems):
        _project_nodes(workflow)
    else:
        _activate(workflow, version)


def _activate(workflow: Workflow, version: WorkflowVersion) -> None:
    before, workflow.active_version = workflow.active_version, version
    WorkflowVersion.objects.filter(id=version.id).update(published_at=Clock())
    Workflow.objects.filter(id=workflow.id).update(active_version=version, updated_at=Clock())
    trail.tell(workflow, active_version=(before and before.label, version.label))
    log.info("workflow published", workflow_id=str(workflow.id), version=version.number)
    _project_nodes(workflow)
    import_string(settings.WORKFLOW_HOOKS["published"])(workflow.id)


def _deactivate(workflow: Workflow, version: WorkflowVersion) -> None:
    """Starts that have begun were waited for by the lock on the row; those that come see that nothing is published."""
    workflow.active_version = None
    Workflow.objects.filter(id=workflow.id).update(active_version=None, updated_at=Clock())
    trail.tell(workflow, active_version=(version.label, None))
    log.info("workflow unpublished", workflow_id=str(workflow.id), version=version.number)
    _project_nodes(workflow)
    import_string(settings.WORKFLOW_HOOKS["unpublished"])(workflow.id)


def _project_nodes(workflow: Workflow) -> None:
    """Rows for the nodes of the newest and the active version, and of no other."""
    kept = {workflow.newest_version_id, workflow.active_version_id} - {None}
    Node.objects.filter(version__workflow=workflow).exclude(version_id__in=kept).delete()
    newest = workflow.newest_version
    if newest is None or Node.objects.filter(version=newest).exists():
        return
    specs = read_definition(newest.definition).nodes
    rows = Node.objects.bulk_create(
        (
            Node(version=newest, node_id=node.id, type=node.type[:TYPE_LENGTH], label=node.label[:LABEL_LENGTH])
            for node in specs
        ),
        batch_size=1000,
    )
    name_credentials(zip(rows, specs, strict=True), workflow.project_id)
