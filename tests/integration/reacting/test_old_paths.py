"""Webhooks that came from n8n answer at their old paths, too."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from tests.integration import runs
from tests.integration.executions import driving
from tests.integration.reacting.scenes import listening, outcomes, runs_of
from workflows import services as workflows
from workflows.models import Workflow


def exported(name: str, path: str, method: str = "POST") -> bytes:
    """What n8n gives for a webhook and a step after it."""
    nodes = [
        {
            "id": "1",
            "name": "Webhook",
            "type": "n8n-nodes-base.webhook",
            "typeVersion": 2,
            "position": [0, 0],
            "parameters": {"path": path, "httpMethod": method, "options": {}},
        },
        {
            "id": "2",
            "name": "Done",
            "type": "n8n-nodes-base.noOp",
            "typeVersion": 1,
            "position": [200, 0],
            "parameters": {},
        },
    ]
    links = {"Webhook": {"main": [[{"node": "Done", "type": "main", "index": 0}]]}}
    return json.dumps({"name": name, "nodes": nodes, "connections": links}).encode()


def imported(anna: Any, *files: tuple[str, bytes]) -> list[Workflow]:
    workflows.import_files(user=anna, files=list(files))
    return list(Workflow.objects.order_by("created_at"))


def publish(anna: Any, flow: Workflow) -> Any:
    return runs.client(anna).post(f"/api/v1/workflows/{flow.pk}/publish")


def test_an_imported_webhook_answers_at_its_old_path_and_at_its_own(anna: Any) -> None:
    """Issue of n8n, line 4: senders that know the address of n8n go on as they are."""
    (flow,) = imported(anna, ("leads.json", exported("Leads", "leads/new")))
    assert Client().post("/webhook/leads/new", {}, content_type="application/json").status_code == 404
    assert publish(anna, flow).status_code == 200
    (shown,) = runs.client(anna).get(f"/api/v1/workflows/{flow.pk}/triggers").json()
    assert shown["oldPath"] == "/webhook/leads/new"
    for address in (shown["oldPath"], shown["oldPath"] + "/", shown["path"]):
        called = Client().post(address, {"name": "Анна"}, content_type="application/json")
        assert called.status_code == 202, called.content
    driving.drain()
    assert outcomes(flow) == ["started"] * 3
    assert [run.input_data["body"] for run in runs_of(flow)] == [{"name": "Анна"}] * 3
    refused = Client().get("/webhook/leads/new")
    assert (refused.status_code, refused["Allow"]) == (405, "POST")
    workflows.delete(workflow_id=flow.pk, user=anna)
    assert Client().post("/webhook/leads/new", {}, content_type="application/json").status_code == 404


def test_two_workflows_at_one_path_are_refused_when_the_second_is_published(anna: Any) -> None:
    first, second, other = imported(
        anna,
        ("a.json", exported("A", "orders")),
        ("b.json", exported("B", "orders")),
        ("c.json", exported("C", "orders", method="GET")),
    )
    assert publish(anna, first).status_code == 200
    refused = publish(anna, second)
    assert (refused.status_code, refused.json()["code"]) == (409, "path_taken")
    assert refused.json()["details"] == {"path": "orders", "methods": ["POST"], "workflow": first.code}
    second.refresh_from_db()
    assert second.active_version_id is None
    assert publish(anna, other).status_code == 200
    assert Client().get("/webhook/orders").status_code == 202
    assert [len(runs_of(flow)) for flow in (first, other)] == [0, 1]


def test_a_path_that_is_none_is_refused(anna: Any) -> None:
    flow = listening(anna, "trigger-webhook", proof="none", path="a/b")
    assert Client().post("/webhook/a/b", {}, content_type="application/json").status_code == 202
    for wrong in ("/webhook/", "/webhook/a", "/webhook/a/b/c", "/webhook/" + "a" * 300):
        assert Client().post(wrong, {}, content_type="application/json").status_code == 404
    assert len(runs_of(flow)) == 1
