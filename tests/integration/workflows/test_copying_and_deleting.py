"""Copies and deletions over the API."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.utils.translation import gettext_lazy as _
from rest_framework.test import APIClient

from accounts.errors import DomainError
from accounts.models import User
from executions import services as executions
from tests.integration.workflows.conftest import broken
from workflows import services
from workflows.errors import NotPublished
from workflows.models import Node, Workflow, WorkflowVersion


def test_a_copy_is_a_draft_with_a_name_and_a_code_of_its_own(
    api: APIClient, created: dict[str, Any], editor: User
) -> None:
    """S3-7: a deep copy as a draft, node ids kept, nothing of it runs."""
    answer = api.post(f"/api/v1/workflows/{created['id']}/duplicate")

    copy = answer.json()
    assert answer.status_code == 201
    assert copy["name"] == "Отчёт (копия)"
    assert copy["definition"] == created["definition"]
    assert (copy["status"], copy["publishedVersion"], copy["version"]) == ("draft", None, 1)
    assert copy["id"] != created["id"]
    assert copy["code"] != created["code"]
    with pytest.raises(NotPublished):
        services.startable(UUID(copy["id"]), editor)


def test_a_change_of_the_copy_leaves_the_original_alone(api: APIClient, created: dict[str, Any]) -> None:
    copy = api.post(f"/api/v1/workflows/{created['id']}/duplicate").json()

    api.put(f"/api/v1/workflows/{copy['id']}", {"name": "B", "definition": broken()})

    assert api.get(f"/api/v1/workflows/{created['id']}").json() == created


def test_a_long_name_is_cut_for_the_copy(api: APIClient, created: dict[str, Any]) -> None:
    long = api.post("/api/v1/workflows", {"name": "я" * 200}).json()

    copy = api.post(f"/api/v1/workflows/{long['id']}/duplicate").json()

    assert len(copy["name"]) == 200
    assert copy["name"].endswith(" (копия)")


def test_a_deleted_workflow_is_gone_and_its_history_stays(api: APIClient, created: dict[str, Any]) -> None:
    address = f"/api/v1/workflows/{created['id']}"

    assert api.delete(address).status_code == 204
    assert api.get(address).status_code == 404
    assert api.delete(address).status_code == 404
    assert api.get("/api/v1/workflows").json()["count"] == 0
    assert WorkflowVersion.objects.filter(workflow_id=created["id"]).exists()
    assert Workflow.objects.get(id=created["id"]).deleted_at is not None
    assert not Node.objects.exists()


def test_the_code_of_a_deleted_workflow_stays_taken(api: APIClient, created: dict[str, Any]) -> None:
    api.delete(f"/api/v1/workflows/{created['id']}")

    assert api.post("/api/v1/workflows", {"name": "A"}).json()["code"] == "WF-02"
    assert api.post("/api/v1/workflows", {"name": "A", "code": "WF-01"}).status_code == 409


class StillNeeded(DomainError):
    code = "still_needed"
    message = _("Ещё нужен")


def refuse(workflow_id: UUID) -> None:
    """A guard, named by the test's settings."""
    raise StillNeeded(workflow=str(workflow_id))


def test_a_guard_can_refuse_a_deletion(api: APIClient, created: dict[str, Any], settings: Any) -> None:
    settings.WORKFLOW_GUARDS = {"delete": f"{__name__}.refuse"}

    refused = api.delete(f"/api/v1/workflows/{created['id']}")

    assert refused.json()["code"] == "still_needed"
    assert api.get(f"/api/v1/workflows/{created['id']}").status_code == 200


def test_a_workflow_with_open_runs_is_not_deleted(api: APIClient, created: dict[str, Any], editor: User) -> None:
    """S3-9: delete with a live execution is a conflict; when it has ended, its history is kept."""
    target = services.startable(UUID(created["id"]), editor)
    execution, _created = executions.start(target=target, user=editor, input_data={})

    assert api.delete(f"/api/v1/workflows/{created['id']}").status_code == 409

    executions.stop(execution_id=execution.id, user=editor)
    assert api.delete(f"/api/v1/workflows/{created['id']}").status_code == 204
    execution.refresh_from_db()
    assert execution.status == "stopped"
