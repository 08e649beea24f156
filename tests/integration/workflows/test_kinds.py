"""The kinds of workflows, and what each may hold."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from tests.integration.workflows.conftest import Speaker, two_nodes
from tests.integration.workflows.test_admin import form, page, staff
from workflows import services
from workflows.models import Workflow

WORKFLOWS = "/api/v1/workflows"


def alone(node_type: str, config: dict[str, Any] | None = None) -> dict[str, Any]:
    node = {"id": "only", "type": node_type, "data": {"config": config or {}}}
    return {"nodes": [node], "edges": []}


def codes(problems: list[dict[str, Any]]) -> list[str]:
    return [problem["code"] for problem in problems if problem["severity"] == "error"]


def test_a_background_workflow_is_made_by_its_name_and_kind(api: APIClient) -> None:
    """S1-1: `POST /workflows {name, kind: "background"}` answers 201 with an empty workflow, ready to be built."""
    made = api.post(WORKFLOWS, {"name": "Новый лид", "kind": "background"})

    assert made.status_code == 201
    assert (made.json()["kind"], made.json()["definition"]) == ("background", {"nodes": [], "edges": []})


def test_without_a_kind_a_workflow_does_anything(api: APIClient) -> None:
    made = api.post(WORKFLOWS, {"name": "A", "definition": two_nodes()}).json()

    assert (made["kind"], made["status"]) == ("flow", "published")


@pytest.mark.parametrize("node_type", ["noop", "http-request", "wait-event", "sub-workflow"])
def test_what_is_outside_the_palette_keeps_a_background_workflow_from_running(api: APIClient, node_type: str) -> None:
    """S1-3: a definition of this kind with another block is refused by save, check and publish."""
    made = api.post(WORKFLOWS, {"name": "A", "kind": "background", "definition": alone(node_type)}).json()
    address = f"{WORKFLOWS}/{made['id']}"

    assert (made["status"], "not_in_palette" in codes(made["problems"])) == ("draft", True)
    checked = api.post(f"{address}/validate", {}).json()
    assert (checked["valid"], "not_in_palette" in codes(checked["problems"])) == (False, True)
    published = api.post(f"{address}/publish")
    assert published.status_code == 422
    assert "not_in_palette" in codes(published.json()["details"]["problems"])


def test_the_same_definition_is_good_in_a_flow(api: APIClient) -> None:
    made = api.post(WORKFLOWS, {"name": "A", "kind": "flow", "definition": alone("noop")}).json()

    assert (made["status"], made["problems"]) == ("published", [])


def test_a_function_is_only_called(api: APIClient) -> None:
    """S1-2: the third kind gives a result to its caller, so nothing in it may start runs by itself."""
    schedule = alone("trigger-schedule", {"everySeconds": 60})

    called = api.post(WORKFLOWS, {"name": "A", "kind": "function", "definition": alone("noop")}).json()
    starts = api.post(WORKFLOWS, {"name": "B", "kind": "function", "definition": schedule}).json()

    assert called["status"] == "published"
    assert "not_in_palette" in codes(starts["problems"])


def test_the_kind_stays_what_it_was(api: APIClient) -> None:
    made = api.post(WORKFLOWS, {"name": "A", "kind": "background"}).json()
    body = {"name": "A", "definition": alone("noop")}

    refused = api.put(f"{WORKFLOWS}/{made['id']}", {**body, "kind": "flow"})
    kept = api.put(f"{WORKFLOWS}/{made['id']}", {**body, "kind": "background"})
    unsaid = api.put(f"{WORKFLOWS}/{made['id']}", body)

    assert (refused.status_code, refused.json()["code"]) == (400, "read_only_field")
    assert (kept.status_code, kept.json()["kind"]) == (200, "background")
    assert (unsaid.status_code, unsaid.json()["kind"]) == (200, "background")
    assert "not_in_palette" in codes(unsaid.json()["problems"])


def test_a_copy_is_of_the_same_kind(api: APIClient) -> None:
    made = api.post(WORKFLOWS, {"name": "A", "kind": "background"}).json()

    assert api.post(f"{WORKFLOWS}/{made['id']}/duplicate").json()["kind"] == "background"


def test_the_admin_keeps_the_kind_too(client: Client, editor: User) -> None:
    staff(client, "editor")
    workflow = services.create_workflow(
        user=editor, particulars=services.Particulars(name="A", kind=Workflow.Kind.BACKGROUND), definition=None
    )

    client.post(page(workflow), form(workflow, kind="flow"))

    workflow.refresh_from_db()
    assert (workflow.kind, workflow.version) == ("background", 2)


def test_workflows_are_listed_by_kind(api: APIClient) -> None:
    api.post(WORKFLOWS, {"name": "A", "kind": "background"})
    api.post(WORKFLOWS, {"name": "B"})

    assert [found["name"] for found in api.get(f"{WORKFLOWS}?kind=background").json()["results"]] == ["A"]
    assert api.get(f"{WORKFLOWS}?kind=other").status_code == 400


def test_only_what_the_person_may_start_is_offered_to_be_triggered(
    api: APIClient, viewer: User, stranger: User, speaking: Speaker
) -> None:
    """S1-8: the list holds every created workflow that can be called, and none that the person may not start."""
    api.post(WORKFLOWS, {"name": "готов", "definition": two_nodes()})
    api.post(WORKFLOWS, {"name": "черновик", "definition": two_nodes(), "draft": True})
    speaking(stranger).post(WORKFLOWS, {"name": "чужой", "definition": two_nodes()})

    def offered(client: APIClient) -> list[str]:
        return [found["name"] for found in client.get(f"{WORKFLOWS}?callable=true").json()["results"]]

    assert offered(api) == ["готов"]
    assert offered(speaking(viewer)) == []
    assert offered(speaking(stranger)) == ["чужой"]
