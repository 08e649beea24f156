"""What the engine asks: what may be started, and the compiled graph of a version."""

from __future__ import annotations

from uuid import uuid4

import pytest

from accounts.errors import Forbidden
from accounts.models import User
from tests.integration.workflows.conftest import broken, two_nodes
from workflows import services
from workflows.errors import NeverValid, NotPublished, VersionNotFound, WorkflowNotFound
from workflows.models import Workflow

PARTICULARS = services.Particulars(name="Отчёт", priority=8)


@pytest.fixture
def workflow(editor: User) -> Workflow:
    return services.create_workflow(user=editor, particulars=PARTICULARS, definition=two_nodes())


def test_the_published_version_is_started(workflow: Workflow, editor: User) -> None:
    target = services.startable(workflow.id, editor)

    assert target.version_id == workflow.active_version_id
    assert (target.workflow_id, target.workflow_code, target.workflow_name) == (workflow.id, workflow.code, "Отчёт")
    assert (target.project_id, target.priority) == (workflow.project_id, 8)
    assert (target.version_number, target.version_label) == (1, "v001")


def test_what_was_never_valid_cannot_be_started(editor: User) -> None:
    faulty = services.create_workflow(user=editor, particulars=PARTICULARS, definition=broken())

    with pytest.raises(NeverValid) as refusal:
        services.startable(faulty.id, editor)
    assert len(refusal.value.details["problems"]) >= 4


def test_a_draft_without_errors_has_only_to_be_published(editor: User) -> None:
    draft = services.create_workflow(user=editor, particulars=PARTICULARS, definition=two_nodes(), draft=True)

    with pytest.raises(NotPublished):
        services.startable(draft.id, editor)


def test_an_empty_draft_was_never_valid(editor: User) -> None:
    empty = services.create_workflow(user=editor, particulars=PARTICULARS, definition=None)

    with pytest.raises(NeverValid):
        services.startable(empty.id, editor)


def test_only_who_may_start_may_start(workflow: Workflow, viewer: User, stranger: User) -> None:
    with pytest.raises(Forbidden):
        services.startable(workflow.id, viewer)
    with pytest.raises(WorkflowNotFound):
        services.startable(workflow.id, stranger)


def test_a_deleted_workflow_is_not_started(workflow: Workflow, editor: User) -> None:
    services.delete(workflow_id=workflow.id, user=editor)

    with pytest.raises(WorkflowNotFound):
        services.startable(workflow.id, editor)


def test_a_version_is_compiled_once(workflow: Workflow, django_assert_num_queries: object) -> None:
    """S3-19: edges without handles lead from default port to default port."""
    assert workflow.active_version_id is not None
    graph = services.compiled(workflow.active_version_id)

    assert graph.roots == ("a",)
    assert [(edge.source_handle, edge.target_handle) for edge in graph.nodes["a"].outs] == [("out", "in")]
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert services.compiled(workflow.active_version_id) is graph


def test_a_version_that_is_not_there_is_a_typed_error(db: None) -> None:
    with pytest.raises(VersionNotFound):
        services.compiled(uuid4())
