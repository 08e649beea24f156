"""What a body names is asked for like what an address names: of another project it is not there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.services import default_project
from tests.integration.runs import client, person
from tests.security.surface import operations, project, scene

pytestmark = pytest.mark.django_db

Named = Callable[[dict[str, str]], Any]
MANY: dict[str, list[Named]] = {
    "POST /v1/executions/bulk": [
        lambda it: {"action": "stop", "filter": {"workflowId": it["workflow_id"]}},
        lambda it: {"action": "retry", "filter": {"workflowId": it["workflow_id"], "status": "failed"}},
    ],
    "POST /v1/dead-letters/replay": [
        lambda it: {"ids": [it["step_id"]]},
        lambda it: {"filter": {"workflowId": it["workflow_id"]}},
    ],
    "POST /v1/dead-letters/resolve": [
        lambda it: {"ids": [it["step_id"]], "reason": "x"},
        lambda it: {"filter": {"workflowId": it["workflow_id"]}, "reason": "x"},
    ],
}
"""Where many are named, those of others are none: nothing is done, and nothing is told of them."""
ONE: dict[str, list[Named]] = {
    "POST /v1/contacts/import": [lambda it: {"csv": "name\nx\n", "project": "other"}],
    "POST /v1/contacts/{contact_id}/merge": [lambda it: {"contactId": it["contact_id"]}],
    "POST /v1/credentials": [
        lambda it: {"name": "x", "kind": "bearer", "value": "v", "hosts": ["a.example"], "project": "other"},
        lambda it: {"name": "x", "kind": "bearer", "value": "v", "hosts": ["a.example"], "sharedWith": ["other"]},
    ],
    "PATCH /v1/credentials/{credential_id}": [lambda it: {"sharedWith": ["other"]}],
    "POST /v1/events": [lambda it: {"name": "order.cancelled", "payload": {"orderId": "1"}, "project": "other"}],
    "POST /v1/events/replay": [lambda it: {"ids": [it["event_id"]]}],
    "POST /v1/executors": [
        lambda it: {"userId": int(it["user_id"]), "categoryId": int(it["category_id"])},
    ],
    "POST /v1/variables": [lambda it: {"key": "x", "value": "x", "project": "other"}],
}


def asked(operation: str, body: Any, own: dict[str, str]) -> Any:
    (found,) = [each for each in operations() if each.name == operation]
    return found.ask(client(person("admin")), own, body)


@pytest.fixture
def own() -> dict[str, str]:
    return scene(default_project())


@pytest.fixture
def foreign() -> dict[str, str]:
    return scene(project("other"))


@pytest.mark.parametrize("operation", MANY)
def test_what_a_body_names_of_others_is_none_of_many(
    operation: str, own: dict[str, str], foreign: dict[str, str]
) -> None:
    """S21: an admin of one project neither steers nor counts what belongs to another."""
    for named in MANY[operation]:
        answer = asked(operation, named(foreign), own)
        assert answer.status_code == 200, answer.content
        said = answer.json()
        assert {value for value in said.values() if isinstance(value, int)} <= {0}, said
        assert {each["code"] for value in said.values() if isinstance(value, list) for each in value} <= {"not_found"}


@pytest.mark.parametrize("operation", ONE)
def test_what_a_body_names_of_others_is_not_there(operation: str, own: dict[str, str], foreign: dict[str, str]) -> None:
    """S21: neither merged with, nor shared with, nor made in another project."""
    for named in ONE[operation]:
        answer = asked(operation, named(foreign), own)
        assert answer.status_code in (403, 404), (answer.status_code, answer.content)
        assert answer.json()["code"] not in ("unknown_field", "invalid")
