"""Taking a workflow out of publication: over the API, in the admin, and what it does to starts, runs and listeners."""

from __future__ import annotations

from typing import Any

import pytest
from auditlog.models import LogEntry
from django.test import Client

from accounts.models import User
from executions.engine.states import Origin
from executions.models import Execution
from executions.services import starting
from tests.integration import runs
from tests.integration.executions import driving
from tests.integration.reacting.scenes import happen, listener_of, listening, runs_of
from tests.integration.workflows.conftest import broken
from workflows import services as workflows
from workflows.errors import NotPublished
from workflows.models import Node, Workflow

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def anna(db: None) -> User:
    return runs.person("editor", is_staff=True)


@pytest.fixture
def flow(anna: User) -> Workflow:
    made: Workflow = runs.workflow(anna)
    return made


def address(flow: Workflow, verb: str) -> str:
    return f"/api/v1/workflows/{flow.pk}/{verb}"


def test_an_unpublished_workflow_is_a_draft_that_nobody_starts_until_it_is_published(flow: Workflow, anna: User):
    api = runs.client(anna)
    for _ in range(2):
        answer = api.post(address(flow, "unpublish"))
        assert (answer.status_code, answer.json()["status"], answer.json()["publishedVersion"]) == (200, "draft", None)
    refused = api.post(address(flow, "execute"), {}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_published")
    assert "не опубликован" in refused.json()["message"]
    assert set(Node.objects.values_list("version_id", flat=True)) == {flow.newest_version_id}
    assert api.post(address(flow, "publish")).json()["publishedVersion"] == 1
    assert api.post(address(flow, "execute"), {}, format="json").status_code == 202


def test_it_is_unpublished_whatever_its_newest_draft_is(flow: Workflow, anna: User):
    """Not 422 with the faults of a draft that nobody wanted to start."""
    particulars = workflows.Particulars(name="A")
    workflows.replace_workflow(workflow_id=flow.pk, user=anna, particulars=particulars, definition=broken())
    workflows.unpublish(workflow_id=flow.pk, user=anna)
    with pytest.raises(NotPublished):
        workflows.startable(flow.pk, anna)


def test_runs_that_have_begun_go_on_and_only_the_same_run_is_retried(flow: Workflow, anna: User):
    api = runs.client(anna)
    started = api.post(address(flow, "execute"), {}, format="json").json()["id"]
    workflows.unpublish(workflow_id=flow.pk, user=anna)
    driving.drain()
    assert driving.status(Execution.objects.get(id=started)) == "succeeded"
    again = api.post(f"/api/v1/executions/{started}/retry", {"from": "start"}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "not_published")


def test_a_start_that_looked_before_and_writes_after_is_refused(flow: Workflow, anna: User):
    target = workflows.startable(flow.pk, anna)
    workflows.unpublish(workflow_id=flow.pk, user=anna)
    for key in (None, "once"):
        with pytest.raises(NotPublished):
            starting.start(target=target, user=anna, idempotency_key=key)
    assert not Execution.objects.exists()


def test_a_draft_is_tried_while_nothing_is_published(flow: Workflow, anna: User):
    workflows.unpublish(workflow_id=flow.pk, user=anna)
    node = flow.newest_version.definition["nodes"][0]["id"]  # type: ignore[union-attr]
    tried = runs.client(anna).post(address(flow, "test"), {"nodeId": node}, format="json")
    assert tried.status_code in (200, 201, 202), tried.content
    assert Execution.objects.get().origin == Origin.TEST


def test_events_and_webhooks_rest_and_come_back_at_the_same_address(anna: User):
    told, called = listening(anna), listening(anna, "trigger-webhook", proof="none")
    hook = f"/hooks/{listener_of(called).address}"
    for flow in (told, called):
        workflows.unpublish(workflow_id=flow.pk, user=anna)
    happen()
    assert Client().post(hook, {}, content_type="application/json").status_code == 404
    assert (runs_of(told), runs_of(called)) == ([], [])
    for flow in (told, called):
        workflows.publish(workflow_id=flow.pk, user=anna)
    happen()
    assert Client().post(hook, {}, content_type="application/json").status_code == 202
    assert (len(runs_of(told)), len(runs_of(called))) == (1, 1)


def test_the_trail_tells_who_has_unpublished_what(flow: Workflow, anna: User):
    assert runs.client(anna).post(address(flow, "unpublish")).status_code == 200
    line = LogEntry.objects.get_for_object(flow).first()
    assert line is not None
    assert (line.actor, line.changes_dict) == (anna, {"active_version": ["v001", "None"]})


def test_the_page_of_a_workflow_asks_before_it_unpublishes(client: Client, flow: Workflow, anna: User):
    client.force_login(anna)
    page, ask = f"/admin/workflows/workflow/{flow.pk}/change/", f"/admin/workflows/workflow/{flow.pk}/unpublish/"
    assert ask in client.get(page).content.decode()
    assert "Снять с публикации" in client.get(ask).content.decode()
    assert Workflow.objects.get().active_version_id is not None
    answer = client.post(ask, follow=True)
    assert "Снят с публикации" in answer.content.decode()
    assert ask not in answer.content.decode()
    assert Workflow.objects.get().active_version_id is None


def test_who_may_not_publish_may_not_unpublish(client: Client, flow: Workflow) -> None:
    operator: Any = runs.person("operator", is_staff=True)
    client.force_login(operator)
    page, ask = f"/admin/workflows/workflow/{flow.pk}/change/", f"/admin/workflows/workflow/{flow.pk}/unpublish/"
    assert ask not in client.get(page).content.decode()
    assert (client.get(ask).status_code, client.post(ask).status_code) == (403, 403)
    assert runs.client(operator).post(address(flow, "unpublish")).status_code == 403
    assert Workflow.objects.get().active_version_id is not None
