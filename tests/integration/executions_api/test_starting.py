"""`POST /workflows/{id}/execute`."""

from __future__ import annotations

import uuid

import pytest

from accounts.models import Project
from executions.models import Execution
from tests.integration import runs
from tests.integration.executions import driving
from workflows import services as workflows

pytestmark = pytest.mark.django_db


def test_execute_is_accepted_with_the_run_and_its_address():
    """S3-5: execute answers 202 with the execution id; the input data survives untouched."""
    user = runs.person("operator")
    flow = runs.workflow(runs.person("editor"))
    api = runs.client(user)
    body = {"inputData": {"someInitialParam": "value", "nestedCamel": {"snake_case": [1, 2.50]}}}

    answer = api.post(f"/api/v1/workflows/{flow.pk}/execute", body)

    run = answer.json()
    assert answer.status_code == 202, run
    assert answer["Location"] == f"/api/v1/executions/{run['id']}"
    assert run["workflowId"] == str(flow.pk)
    assert run["version"] == 1
    assert run["versionLabel"] == "v001"
    assert run["status"] == "running"
    assert run["priority"] == 5
    assert run["inputData"] == body["inputData"]
    assert run["startedBy"]["username"] == user.username
    assert run["createdAt"]
    assert run["finishedAt"] is None
    assert run["error"] is None
    assert api.get(answer["Location"]).json() == run


def test_an_empty_body_starts_a_run():
    """S3-5: the body may be empty."""
    user = runs.person()
    flow = runs.workflow(user)
    answer = runs.client(user).generic("POST", f"/api/v1/workflows/{flow.pk}/execute")
    assert answer.status_code == 202
    assert answer.json()["inputData"] == {}


def test_the_priority_of_the_body_counts_for_this_run():
    user = runs.person()
    flow = runs.workflow(user)
    answer = runs.client(user).post(f"/api/v1/workflows/{flow.pk}/execute", {"priority": 9})
    assert answer.json()["priority"] == 9


@pytest.mark.parametrize(
    "body",
    [
        {"inputdata": {}},
        {"inputData": [1]},
        {"inputData": "text"},
        {"priority": 11},
        {"priority": 0},
        {"priority": "high"},
        {"priority": True},
        [],
        "text",
    ],
)
def test_a_body_that_is_wrong_starts_nothing(body):
    """S3-5: unknown fields and wrong values are 400."""
    user = runs.person()
    flow = runs.workflow(user)
    answer = runs.client(user).post(f"/api/v1/workflows/{flow.pk}/execute", body)
    assert answer.status_code == 400
    assert answer.json()["code"]
    assert not Execution.objects.exists()


def test_one_key_gives_one_run():
    """S3-5: `Idempotency-Key` is honoured: the same key and body answer 202 with the same run."""
    user = runs.person()
    flow = runs.workflow(user)
    api = runs.client(user, HTTP_IDEMPOTENCY_KEY="order-17")
    first = api.post(f"/api/v1/workflows/{flow.pk}/execute", {"inputData": {"a": 1, "b": 2}})
    again = api.post(f"/api/v1/workflows/{flow.pk}/execute", {"inputData": {"b": 2, "a": 1}})
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json() == again.json()
    assert Execution.objects.count() == 1


def test_one_key_with_another_body_is_refused():
    """S3-5: the key belongs to the body it came with."""
    user = runs.person()
    flow = runs.workflow(user)
    api = runs.client(user, HTTP_IDEMPOTENCY_KEY="order-17")
    api.post(f"/api/v1/workflows/{flow.pk}/execute", {"inputData": {"a": 1}})
    answer = api.post(f"/api/v1/workflows/{flow.pk}/execute", {"inputData": {"a": 2}})
    assert answer.status_code == 422
    assert answer.json()["code"] == "idempotency_mismatch"


@pytest.mark.parametrize("key", ["", " ", "x" * 201, "a\tb"])
def test_a_key_that_is_no_key_is_refused(key):
    user = runs.person()
    flow = runs.workflow(user)
    answer = runs.client(user, HTTP_IDEMPOTENCY_KEY=key).post(f"/api/v1/workflows/{flow.pk}/execute", {})
    assert answer.status_code == 400


@pytest.mark.django_db(transaction=True)
def test_waiting_is_over_when_the_time_is():
    """S3-5: with `wait` the answer is 202 when the run has not finished in time."""
    user = runs.person()
    flow = runs.workflow(user)
    answer = runs.client(user).post(f"/api/v1/workflows/{flow.pk}/execute?wait=0", {})
    assert answer.status_code == 202


@pytest.mark.django_db(transaction=True)
def test_waiting_for_a_run_that_has_finished_is_200():
    """S3-5: with `wait` the answer is 200 when the run has finished."""
    user = runs.person()
    flow = runs.workflow(user)
    api = runs.client(user, HTTP_IDEMPOTENCY_KEY="k")
    api.post(f"/api/v1/workflows/{flow.pk}/execute", {})
    driving.drain()
    answer = api.post(f"/api/v1/workflows/{flow.pk}/execute?wait=5", {})
    assert answer.status_code == 200
    assert answer.json()["status"] == "succeeded"


@pytest.mark.parametrize("wait", ["soon", "-1", "1.5", "NaN", "%00"])
def test_a_wait_that_is_no_number_is_refused(wait):
    user = runs.person()
    flow = runs.workflow(user)
    answer = runs.client(user).post(f"/api/v1/workflows/{flow.pk}/execute?wait={wait}", {})
    assert answer.status_code == 400
    assert not Execution.objects.exists()


def test_a_foreign_workflow_is_not_there():
    """S3-3: objects that one may not know of are 404."""
    elsewhere = Project.objects.create(code="elsewhere", name="Elsewhere")
    flow = runs.workflow(runs.person("editor", project=elsewhere))
    api = runs.client(runs.person("admin"))
    assert api.post(f"/api/v1/workflows/{flow.pk}/execute", {}).status_code == 404
    assert api.get(f"/api/v1/workflows/{flow.pk}/executions").status_code == 404


@pytest.mark.parametrize("key", [str(uuid.uuid4()), "1", "not-a-uuid", "%00"])
def test_a_workflow_that_does_not_exist_is_not_there(key):
    api = runs.client(runs.person())
    answer = api.post(f"/api/v1/workflows/{key}/execute", {})
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


def test_a_viewer_may_not_start():
    """S3-3: 403 by role."""
    flow = runs.workflow(runs.person("editor"))
    answer = runs.client(runs.person("viewer")).post(f"/api/v1/workflows/{flow.pk}/execute", {})
    assert answer.status_code == 403
    assert not Execution.objects.exists()


def test_a_stranger_may_not_even_ask():
    """S3-3: 401 without a token."""
    flow = runs.workflow(runs.person("editor"))
    assert runs.client(None).post(f"/api/v1/workflows/{flow.pk}/execute", {}).status_code == 401


def test_a_draft_cannot_be_started():
    """S3-5: a draft that was never published is 409 `not_published`."""
    user = runs.person()
    flow = workflows.create_workflow(
        user=user,
        particulars=workflows.Particulars(name="Draft"),
        definition=driving.chain(1),
        draft=True,
    )
    answer = runs.client(user).post(f"/api/v1/workflows/{flow.pk}/execute", {})
    assert answer.status_code == 409
    assert answer.json()["code"] == "not_published"


def test_what_was_never_valid_answers_with_its_problems():
    """S3-8: executing what was never valid is 422 and names the problems."""
    user = runs.person()
    flow = workflows.create_workflow(
        user=user,
        particulars=workflows.Particulars(name="Wrong"),
        definition=driving.definition([("a", "no-such-type")]),
    )
    answer = runs.client(user).post(f"/api/v1/workflows/{flow.pk}/execute", {})
    assert answer.status_code == 422
    assert [problem["code"] for problem in answer.json()["details"]["problems"]] == ["unknown_type"]
