"""What one person may have of each kind, asked where it is made, and told in a way that somebody can act upon."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts import quotas
from tests.integration import runs
from tests.integration.tickets import desk

pytestmark = pytest.mark.django_db

HOOK = ("hook", "trigger-webhook", {"config": {"proof": "none"}})
FORM = ("form", "trigger-form", {"config": {"fields": {"type": "object", "properties": {"a": {"type": "string"}}}}})
MORNINGS = ("clock", "trigger-schedule", {"config": {"crontab": "0 9 * * *"}})


def allow(settings: Any, **numbers: int) -> None:
    settings.QUOTAS = settings.QUOTAS | numbers


def refused(answer: Any, quota: str, *, limit: int, status: int = 422) -> None:
    """The answer names the limit, the setting that raises it, and what to do."""
    told = answer.json()
    assert (answer.status_code, told["code"]) == (status, "quota_exceeded"), told
    assert told["details"] == {"quota": quota, "setting": f"QUOTA_{quota.upper()}", "limit": limit, "used": limit}
    assert told["details"]["setting"] in told["message"]


def graph(*nodes: tuple[str, str, dict[str, Any]]) -> dict[str, Any]:
    return {
        "nodes": [
            {"id": name, "type": kind, "position": {"x": 0, "y": 0}, "data": {"label": name, **data}}
            for name, kind, data in nodes
        ],
        "edges": [],
    }


def make(api: APIClient, *nodes: tuple[str, str, dict[str, Any]], **fields: Any) -> Any:
    return api.post("/api/v1/workflows", {"name": "One", "definition": graph(*nodes), **fields})


def test_every_quota_has_a_number_and_a_cure(settings: Any) -> None:
    assert settings.QUOTAS.keys() == quotas.CURES.keys()
    assert all(most > 0 for most in settings.QUOTAS.values())


def test_workflows_are_counted_by_who_has_made_them(settings: Any) -> None:
    allow(settings, workflows=1)
    api = runs.client(runs.person("editor"))
    mine = make(api).json()["id"]
    refused(make(api), "workflows", limit=1)
    refused(api.post(f"/api/v1/workflows/{mine}/duplicate"), "workflows", limit=1)
    assert make(runs.client(runs.person("editor"))).status_code == 201

    assert api.put(f"/api/v1/workflows/{mine}", {"name": "Two", "definition": graph()}).status_code == 200
    assert api.delete(f"/api/v1/workflows/{mine}").status_code == 204
    assert make(api).status_code == 201


def test_zero_is_without_limit(settings: Any) -> None:
    allow(settings, workflows=0)
    assert make(runs.client(runs.person("editor"))).status_code == 201


@pytest.mark.parametrize(("quota", "nodes"), [("schedules", [MORNINGS]), ("addresses", [HOOK, FORM])])
def test_triggers_are_counted_by_who_has_published_them(settings: Any, quota: str, nodes: list[Any]) -> None:
    allow(settings, **{quota: len(nodes)})
    api = runs.client(runs.person("editor"))
    first = make(api, *nodes)
    assert first.status_code == 201
    answer = make(api, nodes[0])
    assert (answer.status_code, answer.json()["details"]["used"]) == (422, len(nodes) + 1)
    assert answer.json()["details"]["quota"] == quota

    draft = make(api, nodes[0], draft=True)
    assert draft.status_code == 201, "a draft listens for nothing"
    publish = f"/api/v1/workflows/{draft.json()['id']}/publish"
    assert api.post(publish).status_code == 422
    assert api.delete(f"/api/v1/workflows/{first.json()['id']}").status_code == 204
    assert api.post(publish).status_code == 200


def test_open_runs_are_counted_by_who_has_started_them(settings: Any) -> None:
    """429: they become fewer by themselves, so the call may be repeated."""
    allow(settings, open_runs=1)
    user = runs.person("editor")
    flow = runs.workflow(user)
    runs.start(flow, user)
    answer = runs.client(user).post(f"/api/v1/workflows/{flow.pk}/execute")
    refused(answer, "open_runs", limit=1, status=429)
    assert answer["Retry-After"] == "30"
    assert runs.client(runs.person("editor")).post(f"/api/v1/workflows/{flow.pk}/execute").status_code == 202


def test_open_tickets_are_counted_by_author(settings: Any) -> None:
    allow(settings, open_tickets=1)
    api = runs.client(desk.somebody())
    body = {"categoryId": desk.category().pk, "description": "The printer is silent"}
    first = api.post("/api/v1/tickets", body)
    refused(api.post("/api/v1/tickets", body), "open_tickets", limit=1)
    assert api.post(f"/api/v1/tickets/{first.json()['id']}/cancel").status_code == 200
    assert api.post("/api/v1/tickets", body).status_code == 201


def test_service_accounts_are_counted_until_they_are_revoked(settings: Any) -> None:
    allow(settings, service_accounts=1)
    api = runs.client(runs.person("admin"))
    first = api.post("/api/v1/service-accounts", {"name": "a", "roles": ["viewer"]})
    refused(api.post("/api/v1/service-accounts", {"name": "b", "roles": ["viewer"]}), "service_accounts", limit=1)
    assert api.delete(f"/api/v1/service-accounts/{first.json()['id']}").status_code == 204
    assert api.post("/api/v1/service-accounts", {"name": "b", "roles": ["viewer"]}).status_code == 201
