"""`/workflows/{id}/versions`."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.integration.workflows.conftest import broken, two_nodes
from workflows.models import WorkflowVersion


@pytest.fixture
def changed(api: APIClient, created: dict[str, Any]) -> str:
    """The address of a workflow whose second version renames a node, moves an edge and adds a node."""
    definition = two_nodes()
    definition["nodes"][0]["data"]["label"] = "Начало"
    definition["nodes"].append(
        {"id": "c", "type": "delay", "position": {"x": 2, "y": 0}, "data": {"label": "C", "config": {"seconds": 1}}}
    )
    definition["edges"] = [{"id": "a-c", "source": "a", "target": "c"}, {"id": "c-b", "source": "c", "target": "b"}]
    definition["settings"] = {"deadlineSeconds": 60}
    address = f"/api/v1/workflows/{created['id']}"
    assert api.put(address, {"name": "Отчёт", "definition": definition}).status_code == 200
    return address


def test_versions_are_listed_newest_first(api: APIClient, changed: str) -> None:
    """R3-11."""
    answer = api.get(f"{changed}/versions").json()

    assert answer["count"] == 2
    assert [version["label"] for version in answer["results"]] == ["v002", "v001"]
    assert set(answer["results"][0]) == {"id", "number", "label", "publishedAt", "createdAt", "createdBy"}
    assert answer["results"][0]["createdBy"] == "editor"


def test_a_version_is_found_by_number_label_or_id(api: APIClient, changed: str) -> None:
    by_number = api.get(f"{changed}/versions/1").json()

    assert by_number["definition"] == two_nodes()
    assert by_number["problems"] == []
    assert api.get(f"{changed}/versions/v001").json() == by_number
    assert api.get(f"{changed}/versions/{by_number['id']}").json() == by_number


@pytest.mark.parametrize(
    "name", ["3", "v999", "0195f0a0-0000-7000-8000-000000000000", "99999999999999999999", "x" * 300]
)
def test_a_version_that_is_not_there_is_not_found(api: APIClient, changed: str, name: str) -> None:
    assert api.get(f"{changed}/versions/{name}").status_code == 404


def test_a_diff_says_what_changed(api: APIClient, changed: str) -> None:
    """R2-19, R3-11."""
    found = api.get(f"{changed}/versions/diff?from=1&to=v002").json()

    assert (found["from"], found["to"]) == ("v001", "v002")
    assert [node["id"] for node in found["nodes"]["added"]] == ["c"]
    assert found["nodes"]["removed"] == []
    assert found["nodes"]["changed"] == [{"id": "a", "changes": [{"path": "data.label", "from": "A", "to": "Начало"}]}]
    assert [edge["id"] for edge in found["edges"]["removed"]] == ["a-b"]
    assert found["definition"] == [{"path": "settings", "from": None, "to": {"deadlineSeconds": 60}}]


def test_a_diff_needs_two_versions(api: APIClient, changed: str) -> None:
    refused = api.get(f"{changed}/versions/diff?from=1")

    assert refused.status_code == 400
    assert set(refused.json()["details"]["fields"]) == {"to"}


def test_an_earlier_version_is_restored_as_the_newest(api: APIClient, changed: str) -> None:
    answer = api.post(f"{changed}/versions/1/restore")

    assert answer.status_code == 200
    assert answer.json()["definition"] == two_nodes()
    assert (answer.json()["version"], answer.json()["publishedVersion"]) == (3, 3)
    assert WorkflowVersion.objects.filter(number=2).get().definition != two_nodes()


def test_a_version_can_be_restored_as_a_draft_and_with_care(api: APIClient, changed: str) -> None:
    assert api.post(f"{changed}/versions/1/restore", {"version": 1}).status_code == 409

    restored = api.post(f"{changed}/versions/1/restore", {"version": 2, "draft": True}).json()

    assert (restored["version"], restored["publishedVersion"], restored["status"]) == (3, 2, "draft")


def test_a_faulty_version_is_restored_as_a_draft(api: APIClient, changed: str) -> None:
    api.put(changed, {"name": "A", "definition": broken()})
    api.put(changed, {"name": "A", "definition": two_nodes()})

    restored = api.post(f"{changed}/versions/3/restore").json()

    assert (restored["version"], restored["publishedVersion"]) == (5, 4)
    assert restored["problems"]
