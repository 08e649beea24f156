"""Lists of workflows and of node types."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from tests.integration.workflows.conftest import Speaker, broken, two_nodes
from workflows.models import Workflow


@pytest.fixture
def three(api: APIClient) -> list[dict[str, Any]]:
    """A published one, a faulty draft, and a published one with a newer draft."""
    first = api.post("/api/v1/workflows", {"name": "Альфа", "definition": two_nodes(), "priority": 3}).json()
    second = api.post("/api/v1/workflows", {"name": "Бета", "definition": broken(), "priority": 9}).json()
    third = api.post("/api/v1/workflows", {"name": "Гамма", "definition": two_nodes()}).json()
    third = api.put(
        f"/api/v1/workflows/{third['id']}", {"name": "Гамма", "definition": two_nodes(), "draft": True}
    ).json()
    return [first, second, third]


def names(api: APIClient, query: str = "") -> list[str]:
    answer = api.get(f"/api/v1/workflows?{query}")
    assert answer.status_code == 200, answer.json()
    return [workflow["name"] for workflow in answer.json()["results"]]


def test_a_list_has_a_total_and_pages(api: APIClient, three: list[Any]) -> None:
    """S3-9: pagination, total and ordering."""
    answer = api.get("/api/v1/workflows?pageSize=2&ordering=name").json()

    assert set(answer) == {"count", "next", "previous", "results"}
    assert answer["count"] == 3
    assert [workflow["name"] for workflow in answer["results"]] == ["Альфа", "Бета"]
    assert names(api, "pageSize=2&ordering=name&page=2") == ["Гамма"]
    assert api.get("/api/v1/workflows?page=9").status_code == 404


def test_the_newest_comes_first(api: APIClient, three: list[Any]) -> None:
    assert names(api) == ["Гамма", "Бета", "Альфа"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=published", ["Альфа"]),
        ("status=draft", ["Гамма", "Бета"]),
        ("label=v002", ["Гамма"]),
        ("code=wf-02", ["Бета"]),
        ("name=льф", ["Альфа"]),
        ("nodeType=delay", ["Бета"]),
        ("createdAfter=2020-01-01T00:00:00Z", ["Гамма", "Бета", "Альфа"]),
        ("createdBefore=2020-01-01T00:00:00Z", []),
        ("ordering=-priority", ["Бета", "Гамма", "Альфа"]),
        ("ordering=createdAt", ["Альфа", "Бета", "Гамма"]),
        ("status=draft&ordering=name", ["Бета", "Гамма"]),
    ],
)
def test_a_list_is_narrowed_down_and_ordered(api: APIClient, three: list[Any], query: str, found: list[str]) -> None:
    """S3-9: filter by status, label and date."""
    assert names(api, query) == found


@pytest.mark.parametrize("query", ["status=running", "createdAfter=yesterday", "ordering=secret"])
def test_a_filter_that_means_nothing_is_refused(api: APIClient, query: str) -> None:
    answer = api.get(f"/api/v1/workflows?{query}")

    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid"


def test_pages_are_clamped(api: APIClient, three: list[Any]) -> None:
    assert api.get("/api/v1/workflows?pageSize=100000").json()["count"] == 3


def test_a_list_neither_carries_nor_loads_definitions(api: APIClient, three: list[Any]) -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = api.get("/api/v1/workflows").json()

    assert "definition" not in answer["results"][0]
    assert not any('"definition"' in query["sql"] for query in queries.captured_queries)
    assert sum('"workflows_workflow"' in query["sql"] for query in queries.captured_queries) == 2


def test_a_list_shows_one_s_own_projects_only(three: list[Any], stranger: User, speaking: Speaker) -> None:
    api = speaking(stranger)
    api.post("/api/v1/workflows", {"name": "Своя"})

    assert names(api) == ["Своя"]
    assert Workflow.objects.count() == 4


def test_node_types_are_listed_with_the_schema_of_their_configs(api: APIClient) -> None:
    answer = api.get("/api/v1/node-types", {"pageSize": 200}).json()

    types = {node_type["type"]: node_type for node_type in answer["results"]}
    assert answer["count"] == len(types)
    aggregator = types["data-aggregator"]
    assert aggregator["title"] == "Агрегировать данные"
    assert aggregator["configSchema"]["properties"]["groupBy"]["title"] == "Группировать по"
    assert [port["name"] for port in aggregator["inputs"]] == ["stats_in"]
    assert [port["name"] for port in aggregator["outputs"]] == ["out"]
    assert types["wb-get-statistics"]["inputs"][0]["required"] is True


def test_one_node_type_can_be_read(api: APIClient) -> None:
    found = api.get("/api/v1/node-types/if").json()

    assert [port["name"] for port in found["outputs"]] == ["true", "false"]
    assert api.get("/api/v1/node-types/no-such").status_code == 404


def test_node_types_are_for_people_with_a_role(speaking: Speaker, viewer: User) -> None:
    assert APIClient().get("/api/v1/node-types").status_code == 401
    assert speaking(viewer).get("/api/v1/node-types").status_code == 200
