"""`POST /workflows/{id}/validate`."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from tests.integration.workflows.conftest import broken, two_nodes
from workflows import catalogue
from workflows.models import WorkflowVersion


def check(api: APIClient, workflow: dict[str, Any], body: Any = None) -> Any:
    return api.post(f"/api/v1/workflows/{workflow['id']}/validate", body)


def test_the_stored_definition_is_checked(api: APIClient, created: dict[str, Any]) -> None:
    answer = check(api, created)

    assert answer.status_code == 200
    assert answer.json() == {"valid": True, "problems": []}


def test_a_definition_in_the_body_is_checked_and_not_saved(api: APIClient, created: dict[str, Any]) -> None:
    """S3-8: validate works on a body without saving, and names everything at once."""
    answer = check(api, created, {"definition": broken()}).json()

    assert answer["valid"] is False
    codes = {problem["code"] for problem in answer["problems"]}
    assert codes >= {"unknown_type", "config_invalid", "cycle", "dangling_edge"}
    assert WorkflowVersion.objects.count() == 1


def test_a_newer_draft_is_what_is_checked(api: APIClient, created: dict[str, Any]) -> None:
    api.put(f"/api/v1/workflows/{created['id']}", {"name": "A", "definition": broken()})

    assert check(api, created).json()["valid"] is False


def test_warnings_leave_it_valid(api: APIClient, created: dict[str, Any]) -> None:
    definition = two_nodes()
    definition["edges"] = []

    answer = check(api, created, {"definition": definition}).json()

    assert answer["valid"] is True
    assert {problem["severity"] for problem in answer["problems"]} == {"warning"}


def test_what_is_no_definition_is_refused(api: APIClient, created: dict[str, Any]) -> None:
    assert check(api, created, {"definition": {"boxes": []}}).status_code == 400
    assert check(api, created, {"graph": {}}).status_code == 400


@pytest.mark.parametrize("config", [[], ["workflow"], "text", 5, True])
def test_a_config_that_is_no_object_is_pointed_out_whatever_the_type(
    api: APIClient, created: dict[str, Any], config: Any
) -> None:
    """S3-8: no document is answered by a defect."""
    types = [node_type.type for node_type in catalogue.all_types()]
    nodes = [{"id": name, "type": name, "data": {"config": config}} for name in types]
    answer = check(api, created, {"definition": {"nodes": nodes, "edges": []}})
    assert answer.status_code == 200, answer.content
    found = {problem["nodeId"] for problem in answer.json()["problems"] if problem["code"] == "config_invalid"}
    assert found == set(types)


def test_an_input_that_a_node_needs_must_be_fed_or_made_up_for(api: APIClient, created: dict[str, Any]) -> None:
    def problems(config: dict[str, Any]) -> list[str]:
        node = {
            "id": "s",
            "type": "wb-get-statistics",
            "position": {"x": 0, "y": 0},
            "data": {"label": "S", "config": config},
        }
        answer = check(api, created, {"definition": {"nodes": [node], "edges": []}}).json()
        return [problem["code"] for problem in answer["problems"]]

    assert problems({"period": 7}) == ["required_input_open"]
    assert problems({"period": 7, "campaignIds": [22161678]}) == []


def test_messages_are_in_the_language_of_the_reader(api: APIClient, created: dict[str, Any]) -> None:
    answer = check(api, created, {"definition": broken()}).json()

    assert all("%(" not in problem["message"] for problem in answer["problems"])
    assert connection.vendor == "postgresql"


def test_an_expression_with_the_sign_of_n8n_is_pointed_out_and_left_as_it_is(
    api: APIClient, created: dict[str, Any]
) -> None:
    def signs(nodes: list[dict[str, Any]]) -> Any:
        answer = check(api, created, {"definition": {"nodes": nodes, "edges": []}}).json()
        found = [problem for problem in answer["problems"] if problem["code"] == "expression_sign"]
        return [
            (problem["nodeId"], problem["severity"], problem["message"], problem["suggestion"]) for problem in found
        ]

    def node(name: str, node_type: str, config: dict[str, Any], **more: Any) -> dict[str, Any]:
        return {"id": name, "type": node_type, "data": {"config": config, **more}}

    conditions = [{"field": "a", "op": "eq", "value": "={{ $json.b }}"}]
    code = {"code": "return items; // ={{ $json.x }}"}
    assert signs([node("i", "if", {"conditions": conditions}), node("c", "code", code)]) == [
        (
            "i",
            "warning",
            "Поле «conditions[0].value» начинается со знака =, и он останется в тексте перед значением выражения",
            "Уберите знак = в начале: выражению {{ … }} он здесь не нужен",
        )
    ]
    plain = [{"field": "a", "op": "eq", "value": "{{ $json.b }}"}]
    assert signs([node("i", "if", {"conditions": plain})]) == []
    assert signs([node("i", "if", {"conditions": conditions}, settings={"disabled": True})]) == []
