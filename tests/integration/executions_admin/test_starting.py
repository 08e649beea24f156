"""Starting runs from the pages of workflows."""

from __future__ import annotations

import pytest
from django.test import Client

from executions.models import Execution
from tests.integration import runs
from tests.integration.executions import driving
from workflows import services as workflows

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/admin/workflows/workflow/"


def test_a_workflow_is_run_from_its_page(client: Client):
    """S3-1: run in the admin: the button starts a run and shows it."""
    flow = runs.workflow(runs.person("editor"))
    operator = runs.person("operator", is_staff=True)
    client.force_login(operator)
    shown = client.get(f"{LIST}{flow.pk}/change/").content.decode()
    assert f"{LIST}{flow.pk}/run/" in shown
    answer = client.post(f"{LIST}{flow.pk}/run/")
    run = Execution.objects.get()
    assert answer["Location"] == f"/admin/executions/execution/{run.pk}/change/"
    assert run.started_by == operator
    driving.drain()
    assert driving.status(run) == "succeeded"


def test_several_workflows_are_run_at_once(client: Client):
    editor = runs.person("editor")
    flows = [runs.workflow(editor) for _ in range(2)]
    client.force_login(runs.person("operator", is_staff=True))
    client.post(LIST, {"action": "run_selected", "_selected_action": [str(flow.pk) for flow in flows]})
    assert set(Execution.objects.values_list("workflow", flat=True)) == {flow.pk for flow in flows}


def test_what_cannot_be_run_says_why(client: Client):
    editor = runs.person("editor")
    draft = workflows.create_workflow(
        user=editor, particulars=workflows.Particulars(name="Draft"), definition=driving.chain(1), draft=True
    )
    client.force_login(runs.person("operator", is_staff=True))
    answer = client.post(f"{LIST}{draft.pk}/run/", follow=True)
    assert "не опубликован" in answer.content.decode()
    assert not Execution.objects.exists()


def test_a_viewer_cannot_run_anything(client: Client):
    """S3-22: starting needs the role of an operator."""
    flow = runs.workflow(runs.person("editor"))
    client.force_login(runs.person("viewer", is_staff=True))
    client.post(f"{LIST}{flow.pk}/run/")
    client.post(LIST, {"action": "run_selected", "_selected_action": [str(flow.pk)]})
    assert client.get(f"{LIST}{flow.pk}/run/").status_code == 405
    assert not Execution.objects.exists()
