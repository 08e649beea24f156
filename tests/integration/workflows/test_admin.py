"""Workflows in the admin."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.services import create_user, default_project
from tests.integration.workflows.conftest import broken, two_nodes
from workflows import services
from workflows.models import Workflow, WorkflowVersion

LIST = "/admin/workflows/workflow/"


def staff(client: Client, *roles: str, **fields: Any) -> User:
    default_project()
    user = create_user(username="staff", password=None, roles=list(roles), is_staff=True, **fields)
    client.force_login(user)
    return user


def form(workflow: Workflow, **changes: Any) -> dict[str, Any]:
    """The fields of the page as a browser sends them."""
    return {
        "name": "Отчёт",
        "code": "",
        "description": "",
        "priority": "5",
        "definition": json.dumps(two_nodes()),
        "version": str(workflow.version),
        **changes,
    }


@pytest.fixture
def workflow(editor: User) -> Workflow:
    return services.create_workflow(user=editor, particulars=services.Particulars(name="Отчёт"), definition=two_nodes())


def page(workflow: Workflow) -> str:
    return f"{LIST}{workflow.id}/change/"


def test_whoever_wants_to_add_a_workflow_is_led_to_where_they_begin(client: Client, db: None) -> None:
    """One says its type and name there, and draws."""
    staff(client, "editor")
    assert client.get(f"{LIST}add/").headers["Location"] == f"{LIST}new/"


def test_saving_makes_a_new_version_and_publishes_it_when_asked(client: Client, workflow: Workflow) -> None:
    staff(client, "editor")

    assert client.post(page(workflow), form(workflow, code=workflow.code)).status_code == 302
    workflow.refresh_from_db()
    assert (workflow.version, workflow.is_published) == (2, False)

    assert client.post(page(workflow), form(workflow, publish="on")).status_code == 302
    workflow.refresh_from_db()
    assert (workflow.version, workflow.is_published) == (3, True)


def test_problems_are_listed_beside_the_definition(client: Client, workflow: Workflow) -> None:
    staff(client, "editor")
    client.post(page(workflow), form(workflow, definition=json.dumps(broken())))

    text = client.get(page(workflow)).content.decode()

    assert "unknown_type" in text
    assert "dangling_edge" in text
    assert "<textarea" in text


@pytest.mark.parametrize(
    "change",
    [
        {"definition": "{"},
        {"definition": "[]"},
        {"definition": '{"nodes": NaN}'},
        {"version": "7"},
        {"priority": "11"},
        {"code": "a b"},
    ],
)
def test_a_form_that_cannot_be_saved_is_shown_again(client: Client, workflow: Workflow, change: dict[str, str]) -> None:
    staff(client, "editor")

    answer = client.post(page(workflow), form(workflow, **change))

    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode() or "errornote" in answer.content.decode()
    assert WorkflowVersion.objects.count() == 1


def test_who_may_only_look_sees_no_form(client: Client, workflow: Workflow) -> None:
    staff(client, "viewer")

    assert client.get(LIST).status_code == 200
    assert "<textarea" not in client.get(page(workflow)).content.decode()
    assert client.post(page(workflow), form(workflow)).status_code == 403
    assert client.get(f"{LIST}add/").status_code == 403


def test_staff_without_a_role_sees_nothing(client: Client, workflow: Workflow) -> None:
    staff(client)

    assert client.get(LIST).status_code == 403


def test_chosen_workflows_are_published_and_copied(client: Client, workflow: Workflow) -> None:
    staff(client, "editor")
    client.post(page(workflow), form(workflow))

    for action in ("publish_selected", "duplicate_selected"):
        answer = client.post(LIST, {"action": action, "_selected_action": [str(workflow.id)]})
        assert answer.status_code == 302

    workflow.refresh_from_db()
    assert workflow.is_published
    assert Workflow.objects.get(code="WF-02").name == "Отчёт (копия)"


def test_what_cannot_be_published_is_told(client: Client, workflow: Workflow) -> None:
    staff(client, "editor")
    client.post(page(workflow), form(workflow, definition=json.dumps(broken())))

    answer = client.post(LIST, {"action": "publish_selected", "_selected_action": [str(workflow.id)]}, follow=True)

    assert "no-such" in answer.content.decode()
    workflow.refresh_from_db()
    assert not workflow.is_published


def test_deleting_is_soft(client: Client, workflow: Workflow) -> None:
    staff(client, "editor")

    assert client.get(f"{LIST}{workflow.id}/delete/").status_code == 200
    assert client.post(f"{LIST}{workflow.id}/delete/", {"post": "yes"}).status_code == 302

    workflow.refresh_from_db()
    assert workflow.deleted_at is not None
    assert client.get(page(workflow)).status_code == 302


def test_lists_can_be_searched_and_narrowed_down(client: Client, workflow: Workflow) -> None:
    staff(client, is_superuser=True)

    for query in ("?q=отч", "?node_type=noop", "?kind__exact=flow"):
        answer = client.get(f"{LIST}{query}")
        assert answer.status_code == 200
        assert workflow.code in answer.content.decode()
    assert workflow.code not in client.get(f"{LIST}?node_type=delay").content.decode()


def test_versions_are_read_only(client: Client, workflow: Workflow) -> None:
    staff(client, is_superuser=True)
    version = WorkflowVersion.objects.get()
    address = f"/admin/workflows/workflowversion/{version.id}/change/"

    assert client.get("/admin/workflows/workflowversion/").status_code == 200
    assert "&quot;noop&quot;" in client.get(address).content.decode()
    assert client.post(address, {"label": "v999"}).status_code == 403
    assert client.get("/admin/workflows/workflowversion/add/").status_code == 403
