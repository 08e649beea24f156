"""Making workflows over the API."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from integrations import safe_json
from tests.integration.workflows.conftest import Speaker, broken, two_nodes
from workflows.models import Node, Workflow, WorkflowVersion

SEED = Path(__file__).with_name("seed_workflow.json")


def test_the_body_of_the_seed_is_accepted_and_read_back_equal(api: APIClient) -> None:
    """S3-4: the create body as printed in the seed, camel case inside `definition` included."""
    body = SEED.read_text(encoding="utf-8")

    made = api.post("/api/v1/workflows", body, content_type="application/json")
    read = api.get(f"/api/v1/workflows/{made.json()['id']}")

    assert made.status_code == 201
    said = safe_json.loads(body)
    for answer in (made, read):
        found = safe_json.loads(answer.content)
        assert {key: found[key] for key in said} == said
        assert found["problems"] == []
        assert (found["status"], found["version"], found["publishedVersion"]) == ("published", 1, 1)


def test_both_forms_of_the_address_work(api: APIClient) -> None:
    """S3-1: with and without a slash at the end."""
    body = {"name": "A", "definition": two_nodes()}

    assert api.post("/api/v1/workflows/", body).status_code == 201
    assert api.post("/api/v1/workflows", body).status_code == 201
    assert api.get("/api/v1/workflows/").json()["count"] == 2


def test_a_workflow_has_exactly_the_agreed_fields(created: dict[str, Any]) -> None:
    assert set(created) == {
        *("id", "code", "name", "description", "kind", "definition", "priority", "version", "status"),
        *("publishedVersion", "problems", "createdAt", "updatedAt"),
    }


def test_keys_unknown_to_us_and_all_digits_survive(api: APIClient) -> None:
    definition = two_nodes()
    definition["viewport"] = {"zoom": 1.25}
    definition["nodes"][0]["data"]["color"] = "red"
    definition["nodes"][1]["data"]["config"] = {}
    definition["note"] = 0

    text = safe_json.dumps({"name": "A", "definition": definition}).replace(
        '"note":0', '"note":12345678901234567890.10'
    )
    made = api.post("/api/v1/workflows", text, content_type="application/json")

    found = safe_json.loads(made.content)["definition"]
    assert found == {**definition, "viewport": {"zoom": Decimal("1.25")}, "note": Decimal("12345678901234567890.10")}


def test_a_workflow_with_faults_is_kept_as_a_draft_with_all_its_problems(api: APIClient) -> None:
    """S3-8: unknown type, config of the wrong type, cycle and dangling edge are named at once."""
    made = api.post("/api/v1/workflows", {"name": "A", "definition": broken()})

    answer = made.json()
    assert made.status_code == 201
    assert (answer["status"], answer["publishedVersion"]) == ("draft", None)
    errors = [problem for problem in answer["problems"] if problem["severity"] == "error"]
    assert {problem["code"] for problem in errors} == {"unknown_type", "config_invalid", "cycle", "dangling_edge"}
    assert set(errors[0]) == {"code", "severity", "nodeId", "edgeId", "message", "suggestion"}
    assert "seconds" in next(problem["message"] for problem in errors if problem["code"] == "config_invalid")
    assert answer["definition"] == broken()


def test_a_good_workflow_stays_a_draft_when_asked(api: APIClient) -> None:
    made = api.post("/api/v1/workflows", {"name": "A", "definition": two_nodes(), "draft": True}).json()

    assert (made["status"], made["publishedVersion"], made["problems"]) == ("draft", None, [])


def test_a_name_and_a_kind_give_an_empty_draft(api: APIClient) -> None:
    made = api.post("/api/v1/workflows", {"name": "Пустой", "kind": "background"})

    assert made.status_code == 201
    assert made.json()["definition"] == {"nodes": [], "edges": []}
    assert made.json()["status"] == "draft"


@pytest.mark.parametrize(
    "definition",
    [
        {},
        [],
        "x",
        5,
        {"nodes": "x"},
        {"nodes": [{"id": "a"}]},
        {"nodes": [], "edges": [{"source": "a"}]},
        {"edges": []},
    ],
)
def test_what_is_no_definition_is_refused(api: APIClient, definition: Any) -> None:
    refused = api.post("/api/v1/workflows", {"name": "A", "definition": definition})

    assert refused.status_code == 400
    assert refused.json()["code"] == "not_a_definition"
    assert refused.json()["details"]["field"]
    assert not Workflow.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"name": ""},
        {"name": "A" * 201},
        {"name": "A", "priority": -1},
        {"name": "A", "priority": 11},
        {"name": "A", "priority": "high"},
        {"name": "A", "kind": "chat"},
        {"name": "A", "code": "два слова"},
        {"name": "A", "definition": None},
        {"name": "A", "draft": "perhaps"},
        {"name": "A", "owner": 1},
        {"name": "A", "id": "x"},
        {"name": "A", "status": "published"},
    ],
)
def test_a_body_that_does_not_fit_is_refused(api: APIClient, body: Any) -> None:
    refused = api.post("/api/v1/workflows", body)

    assert refused.status_code == 400
    assert set(refused.json()) == {"code", "message", "details"}
    assert not Workflow.objects.exists()


def test_a_definition_over_five_megabytes_is_refused(api: APIClient) -> None:
    definition = two_nodes()
    definition["note"] = "x" * 5_000_001

    refused = api.post("/api/v1/workflows", {"name": "A", "definition": definition})

    assert refused.status_code == 413
    assert not WorkflowVersion.objects.exists()


def test_codes_are_given_in_turn_or_chosen(api: APIClient) -> None:
    codes = [api.post("/api/v1/workflows", {"name": "A"}).json()["code"] for _ in range(2)]
    chosen = api.post("/api/v1/workflows", {"name": "A", "code": "WF-41"}).json()["code"]
    after = api.post("/api/v1/workflows", {"name": "A"}).json()["code"]

    assert (codes, chosen, after) == (["WF-01", "WF-02"], "WF-41", "WF-42")


def test_a_code_that_is_taken_is_a_conflict(api: APIClient, created: dict[str, Any]) -> None:
    refused = api.post("/api/v1/workflows", {"name": "B", "code": created["code"]})

    assert (refused.status_code, refused.json()["code"]) == (409, "code_taken")


def test_a_version_and_its_nodes_are_written_beside_the_workflow(created: dict[str, Any], editor: User) -> None:
    version = WorkflowVersion.objects.get(workflow_id=created["id"])

    assert (version.number, version.label, version.created_by) == (1, "v001", editor)
    assert version.published_at is not None
    assert list(Node.objects.filter(version=version).values_list("node_id", "type", "label")) == [
        ("a", "noop", "A"),
        ("b", "noop", "B"),
    ]


def test_ten_thousand_nodes_are_accepted(api: APIClient) -> None:
    nodes = [
        {"id": f"n{i}", "type": "noop", "position": {"x": i, "y": 0}, "data": {"label": "n", "config": {}}}
        for i in range(10_000)
    ]
    edges = [{"id": f"e{i}", "source": f"n{i}", "target": f"n{i + 1}"} for i in range(9_999)]

    made = api.post("/api/v1/workflows", {"name": "Long", "definition": {"nodes": nodes, "edges": edges}})

    assert (made.status_code, made.json()["status"]) == (201, "published")
    assert Node.objects.count() == 10_000


def test_who_may_only_look_may_not_make(viewer: User, speaking: Speaker) -> None:
    """S3-3: 401 without a token, 403 without the role."""
    assert APIClient().post("/api/v1/workflows", {"name": "A"}).status_code == 401
    assert speaking(viewer).post("/api/v1/workflows", {"name": "A"}).status_code == 403


def test_an_editor_of_another_project_makes_workflows_there(stranger: User, speaking: Speaker) -> None:
    made = speaking(stranger).post("/api/v1/workflows", {"name": "A"}).json()

    assert Workflow.objects.get(id=made["id"]).project.code == "other"
