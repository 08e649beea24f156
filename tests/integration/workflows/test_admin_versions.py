"""Versions in the admin: what changed, and going back."""

from __future__ import annotations

import copy

import pytest
from django.test import Client

from tests.integration import runs
from tests.integration.workflows.conftest import two_nodes
from workflows import services
from workflows.models import Workflow, WorkflowVersion

pytestmark = pytest.mark.django_db

LIST = "/admin/workflows/workflowversion/"


def staff(role: str) -> Client:
    browser = Client(headers={"accept-language": "ru"})
    browser.force_login(runs.person(role, is_staff=True))
    return browser


@pytest.fixture
def changed() -> Workflow:
    """A workflow whose second version has another name for its first node, and no edge."""
    editor = runs.person("editor")
    first = services.create_workflow(
        user=editor, particulars=services.Particulars(name="Отчёт"), definition=two_nodes()
    )
    second = copy.deepcopy(two_nodes())
    second["nodes"][0]["data"]["label"] = "Другое имя"
    second["edges"] = []
    return services.replace_workflow(
        workflow_id=first.pk, user=editor, particulars=services.Particulars(name="Отчёт"), definition=second, draft=True
    )


def test_a_version_shows_what_changed_since_the_one_before(changed: Workflow) -> None:
    newest = WorkflowVersion.objects.get(workflow=changed, number=2)
    page = staff("viewer").get(f"{LIST}{newest.pk}/change/").content.decode()
    assert "<ins>+ Другое имя</ins>" in page
    assert "<del>− связь" in page
    first = WorkflowVersion.objects.get(workflow=changed, number=1)
    assert "n-diff" not in staff("viewer").get(f"{LIST}{first.pk}/change/").content.decode()


def test_an_earlier_version_becomes_the_newest_draft(changed: Workflow) -> None:
    """R3-11."""
    first = WorkflowVersion.objects.get(workflow=changed, number=1)
    chosen = {"action": "restore_selected", "_selected_action": [str(first.pk)]}
    staff("editor").post(LIST, chosen)
    newest = WorkflowVersion.objects.get(workflow=changed, number=3)
    assert newest.definition == first.definition
    staff("viewer").post(LIST, chosen)
    assert WorkflowVersion.objects.filter(workflow=changed).count() == 3
