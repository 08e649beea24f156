"""Pause, resume, stop and retry over REST."""

from __future__ import annotations

import pytest

from executions.models import Execution, ExecutionEvent
from tests.integration import runs
from tests.integration.executions import driving

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def user():
    return runs.person("operator")


@pytest.fixture
def api(user):
    return runs.client(user)


@pytest.fixture
def run(user):
    return runs.start(runs.workflow(runs.person("editor")), user)


def test_a_run_is_paused_and_resumed(api, run):
    """S3-11: pause and resume; repeated ones change nothing."""
    for _ in range(2):
        answer = api.post(f"/api/v1/executions/{run.pk}/pause")
        assert (answer.status_code, answer.json()["status"]) == (200, "paused")
    driving.drain()
    steps = api.get(f"/api/v1/executions/{run.pk}/steps").json()["results"]
    assert [step["status"] for step in steps] == ["held", "pending"]
    for _ in range(2):
        answer = api.post(f"/api/v1/executions/{run.pk}/resume")
        assert (answer.status_code, answer.json()["status"]) == (200, "running")
    driving.drain()
    assert api.get(f"/api/v1/executions/{run.pk}").json()["status"] == "succeeded"


def test_a_run_is_stopped_for_good(api, run):
    """S3-11: stop cancels everything; resume after stop is 409 with the state."""
    for _ in range(2):
        answer = api.post(f"/api/v1/executions/{run.pk}/stop", {"reason": "wrong data"})
        assert (answer.status_code, answer.json()["status"]) == (200, "stopped")
    assert answer.json()["finishedAt"]
    steps = api.get(f"/api/v1/executions/{run.pk}/steps").json()["results"]
    assert {step["status"] for step in steps} == {"cancelled"}
    for verb in ("resume", "pause"):
        refused = api.post(f"/api/v1/executions/{run.pk}/{verb}")
        assert refused.status_code == 409
        assert refused.json()["details"] == {"status": "stopped"}
    assert ExecutionEvent.objects.get(execution=run, type="execution.stopped").payload["reason"] == "wrong data"


def test_what_has_ended_cannot_be_paused(api, run):
    """S3-11: an illegal move is 409 with the state."""
    driving.drain()
    for verb in ("pause", "resume", "stop"):
        answer = api.post(f"/api/v1/executions/{run.pk}/{verb}")
        assert (answer.status_code, answer.json()["details"]) == (409, {"status": "succeeded"})


@pytest.mark.parametrize("verb", ["pause", "resume", "stop"])
def test_unknown_fields_are_refused(api, run, verb):
    answer = api.post(f"/api/v1/executions/{run.pk}/{verb}", {"why": "?"})
    assert answer.status_code == 400
    run.refresh_from_db()
    assert run.status == "running"


@pytest.mark.parametrize("verb", ["pause", "resume", "stop"])
def test_a_viewer_only_looks(run, verb):
    """S3-3: 403 by role."""
    viewer = runs.client(runs.person("viewer"))
    assert viewer.get(f"/api/v1/executions/{run.pk}").status_code == 200
    assert viewer.post(f"/api/v1/executions/{run.pk}/{verb}").status_code == 403


def test_a_failed_step_is_run_again_with_everything_after_it(api, user):
    """S3-12: retry re-runs the failed step and what depends on it; siblings are kept; attempts are kept."""
    nodes = ("a", "noop"), ("b", "fail", {"config": {"times": 1}}), ("c", "noop")
    run = runs.start(runs.workflow(runs.person("editor"), *nodes), user)
    driving.drain()
    assert api.get(f"/api/v1/executions/{run.pk}").json()["status"] == "failed"
    failed = driving.step(run, "b")

    answer = api.post(f"/api/v1/executions/{run.pk}/steps/{failed.pk}/retry")

    assert (answer.status_code, answer.json()["status"]) == (200, "running")
    assert answer.json()["finishedAt"] is None
    assert driving.step(run, "a").status == "succeeded"
    step = api.get(f"/api/v1/executions/{run.pk}/steps/{failed.pk}").json()
    assert step["status"] == "ready"
    assert [(attempt["number"], attempt["outcome"]) for attempt in step["attempts"]] == [(1, "failed")]
    assert step["attempts"][0]["error"]["code"] == "failed_on_purpose"


def test_a_step_of_a_running_run_cannot_be_retried(api, run):
    """S3-12: only steps of runs that have ended or are paused."""
    step = driving.step(run, "a")
    answer = api.post(f"/api/v1/executions/{run.pk}/steps/{step.pk}/retry")
    assert (answer.status_code, answer.json()["details"]["status"]) == (409, "running")


def test_a_succeeded_step_is_repeated_only_with_force(api, run):
    """S3-12: others than failed and cancelled ones with `force`."""
    driving.drain()
    step = driving.step(run, "a")
    url = f"/api/v1/executions/{run.pk}/steps/{step.pk}/retry"
    assert api.post(url).status_code == 409
    answer = api.post(url, {"force": True})
    assert (answer.status_code, answer.json()["status"]) == (200, "running")
    driving.drain()
    assert Execution.objects.get(pk=run.pk).status == "succeeded"


def test_a_retry_in_a_paused_run_waits(api, user):
    """S3-12: on a paused run the step stays held and the run stays paused."""
    what = driving.definition([("a", "noop"), ("b", "delay", {"config": {"seconds": 3600}})], [("a", "b")])
    run = runs.start(driving.workflow(runs.person("editor"), what), user)
    driving.drain()
    assert driving.statuses(run) == {"a": "succeeded", "b": "waiting"}
    api.post(f"/api/v1/executions/{run.pk}/pause")
    step = driving.step(run, "a")
    answer = api.post(f"/api/v1/executions/{run.pk}/steps/{step.pk}/retry", {"force": True})
    assert (answer.status_code, answer.json()["status"]) == (200, "paused")
    assert driving.statuses(run) == {"a": "held", "b": "pending"}


def test_a_step_of_another_run_is_not_there(api, run, user):
    """S3-3: a step is looked up inside its run."""
    other = runs.start(runs.workflow(runs.person("editor")), user)
    step = driving.step(other, "a")
    assert api.post(f"/api/v1/executions/{run.pk}/steps/{step.pk}/retry").status_code == 404
    assert api.get(f"/api/v1/executions/{run.pk}/steps/{step.pk}").status_code == 404
    assert api.get(f"/api/v1/executions/{run.pk}/steps/nonsense").status_code == 404


def test_a_viewer_may_not_retry(run):
    driving.drain()
    step = driving.step(run, "a")
    answer = runs.client(runs.person("viewer")).post(
        f"/api/v1/executions/{run.pk}/steps/{step.pk}/retry", {"force": True}
    )
    assert answer.status_code == 403
