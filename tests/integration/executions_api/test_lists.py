"""`GET /executions` and `GET /workflows/{id}/executions`."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from accounts.models import Project
from executions import services
from executions.models import Execution
from tests.integration import runs

pytestmark = pytest.mark.django_db


def ids(answer):
    assert answer.status_code == 200, answer.content
    return [run["id"] for run in answer.json()["results"]]


@pytest.fixture
def user():
    return runs.person("admin")


@pytest.fixture
def api(user):
    return runs.client(user)


def test_runs_are_listed_with_the_newest_first(user, api):
    """S3-2: `GET /executions` lists all runs."""
    flow = runs.workflow(user)
    first, second = runs.start(flow, user), runs.start(flow, user)
    answer = api.get("/api/v1/executions")
    assert ids(answer) == [str(second.pk), str(first.pk)]
    assert answer.json()["count"] == 2
    assert answer.json()["next"] is None


def test_the_runs_of_one_workflow_are_listed(user, api):
    """S3-1: `GET /workflows/{id}/executions`."""
    flow, other = runs.workflow(user), runs.workflow(user)
    mine = runs.start(flow, user)
    runs.start(other, user)
    assert ids(api.get(f"/api/v1/workflows/{flow.pk}/executions")) == [str(mine.pk)]
    assert ids(api.get(f"/api/v1/workflows/{flow.pk}/executions/")) == [str(mine.pk)]


def test_runs_are_found_by_state(user, api):
    """S3-9: filter by status, one or several."""
    flow = runs.workflow(user)
    running, paused, stopped = (runs.start(flow, user) for _ in range(3))
    services.pause(execution_id=paused.pk, user=user)
    services.stop(execution_id=stopped.pk, user=user)
    assert ids(api.get("/api/v1/executions?status=paused")) == [str(paused.pk)]
    assert set(ids(api.get("/api/v1/executions?status=running,stopped"))) == {str(running.pk), str(stopped.pk)}


def test_runs_are_found_by_workflow_label_and_date(user, api):
    """S3-9: filter by workflow, label and date."""
    flow = runs.workflow(user)
    old, new = runs.start(flow, user), runs.start(flow, user)
    other = runs.start(runs.workflow(user), user)
    Execution.objects.filter(pk=old.pk).update(created_at=new.created_at - timedelta(days=2))
    day_ago = (new.created_at - timedelta(days=1)).isoformat().replace("+00:00", "Z")
    assert set(ids(api.get("/api/v1/executions", {"workflowId": str(flow.pk)}))) == {str(old.pk), str(new.pk)}
    assert ids(api.get("/api/v1/executions", {"createdBefore": day_ago})) == [str(old.pk)]
    assert ids(api.get("/api/v1/executions", {"createdAfter": day_ago})) == [str(other.pk), str(new.pk)]
    assert len(ids(api.get("/api/v1/executions", {"label": "v001"}))) == 3
    assert ids(api.get("/api/v1/executions", {"label": "v002"})) == []


def test_runs_are_ordered_as_asked(user, api):
    """S3-9: ordering."""
    flow = runs.workflow(user)
    low, high = runs.start(flow, user, priority=1), runs.start(flow, user, priority=9)
    assert ids(api.get("/api/v1/executions?ordering=-priority")) == [str(high.pk), str(low.pk)]
    assert ids(api.get("/api/v1/executions?ordering=priority,createdAt")) == [str(low.pk), str(high.pk)]


def test_pages_neither_repeat_nor_lose_a_run(user, api):
    """S3-9: pagination with a total."""
    flow = runs.workflow(user)
    for _ in range(5):
        runs.start(flow, user)
    Execution.objects.update(created_at=Execution.objects.latest("created_at").created_at)
    seen, url = [], "/api/v1/executions?pageSize=2"
    while url:
        answer = api.get(url)
        seen += ids(answer)
        assert answer.json()["count"] == 5
        url = answer.json()["next"]
    assert len(seen) == len(set(seen)) == 5


@pytest.mark.parametrize(
    "query",
    [
        "status=unknown",
        "status=running,unknown",
        "workflowId=1",
        "createdAfter=yesterday",
        "createdBefore=2026-13-01T00:00:00Z",
        "createdAfter=9999-12-31T23:59:59-23:59",
        "createdAfter=0001-01-01T00:00:00%2B23:59",
        "ordering=inputData",
        "label=%00",
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(api, query):
    answer = api.get(f"/api/v1/executions?{query}")
    assert answer.status_code == 400
    assert answer.json()["code"]


def test_a_page_beyond_the_last_is_not_there(api):
    assert api.get("/api/v1/executions?page=9").status_code == 404
    assert api.get("/api/v1/executions?page=1e999").status_code == 404


def test_an_enormous_page_size_is_cut(user, api):
    runs.start(runs.workflow(user), user)
    assert api.get(f"/api/v1/executions?pageSize={10**30}").status_code == 200


def test_runs_of_other_projects_are_not_listed(user, api):
    """S3-3: a person sees the runs of their projects only."""
    stranger = runs.person("editor", project=Project.objects.create(code="elsewhere", name="Elsewhere"))
    run = runs.start(runs.workflow(stranger), stranger)
    assert ids(api.get("/api/v1/executions")) == []
    assert api.get(f"/api/v1/executions/{run.pk}").status_code == 404


@pytest.mark.parametrize("key", [str(uuid.uuid4()), "1", "nonsense", "%00"])
@pytest.mark.parametrize("place", ["", "/logs", "/events", "/steps", "/pause", "/steps/1", "/steps/1/retry"])
def test_a_run_that_does_not_exist_is_not_there(api, key, place):
    """S3-3: 404, in the one error shape."""
    ask = api.post if place in ("/pause", "/steps/1/retry") else api.get
    answer = ask(f"/api/v1/executions/{key}{place}")
    assert answer.status_code == 404
    assert set(answer.json()) == {"code", "message", "details"}


def test_the_number_of_queries_does_not_grow_with_the_number_of_runs(user, api, django_assert_max_num_queries):
    flow = runs.workflow(user)
    for _ in range(7):
        runs.start(flow, user)
    with django_assert_max_num_queries(5):
        assert len(ids(api.get("/api/v1/executions"))) == 7


def test_a_person_without_a_role_sees_no_runs(user):
    """S3-3: no role, no access."""
    assert runs.client(runs.person(None)).get("/api/v1/executions").status_code == 403
