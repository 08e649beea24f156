"""Steering many runs by a filter."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from executions import services
from executions.models import Execution, ExecutionEvent
from tests.integration import runs
from tests.integration.answers import scenes
from tests.integration.executions import driving
from tests.integration.executions.driving import drain
from workflows.models import Workflow

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def flow(editor: User) -> Workflow:
    return runs.workflow(editor)


def post(user: User, action: str, filter: dict[str, Any], **fields: Any) -> dict[str, Any]:
    answer = runs.client(user).post("/api/v1/executions/bulk", {"action": action, "filter": filter, **fields})
    assert answer.status_code == 200, answer.content
    told: dict[str, Any] = answer.json()
    return told


def statuses(flow: Workflow) -> list[str]:
    return list(Execution.objects.filter(workflow=flow).order_by("created_at").values_list("status", flat=True))


def counts(told: dict[str, Any]) -> tuple[int, int, int, int]:
    return told["matched"], told["done"], told["skipped"], len(told["failed"])


def test_runs_are_paused_resumed_and_stopped_by_filter(flow: Workflow, editor: User, operator: User):
    """Issue, 1: bulk by filter; who and why is kept."""
    started = [runs.start(flow, editor) for _ in range(3)]
    other = runs.start(runs.workflow(editor), editor)
    of_flow = {"workflowId": str(flow.pk)}
    told = post(operator, "pause", of_flow, reason="сервер чинят")
    assert counts(told) == (3, 3, 0, 0)
    assert set(told["executions"]) == {str(run.pk) for run in started}
    lines = ExecutionEvent.objects.filter(type="execution.paused")
    assert {(line.payload["by"], line.payload["reason"]) for line in lines} == {(operator.username, "сервер чинят")}
    assert counts(post(operator, "pause", of_flow)) == (3, 0, 3, 0)
    assert counts(post(operator, "resume", of_flow)) == (3, 3, 0, 0)
    assert counts(post(operator, "stop", of_flow)) == (3, 3, 0, 0)
    assert statuses(flow) == ["stopped"] * 3
    assert driving.status(other) == "running"


def test_failed_runs_are_retried_together(editor: User, operator: User):
    flow = runs.workflow(editor, ("a", "noop"), ("b", "fail"))
    for _ in range(2):
        runs.start(flow, editor)
    drain()
    done = runs.finished_run(editor)
    told = post(operator, "retry", {"status": ["failed", "succeeded"]})
    assert counts(told) == (3, 2, 1, 0)
    assert statuses(flow) == ["running"] * 2
    assert driving.status(done) == "succeeded"


def test_a_dry_run_counts_and_changes_nothing(flow: Workflow, editor: User, operator: User):
    first, _second = (runs.start(flow, editor) for _ in range(2))
    services.pause(execution_id=first.pk)
    told = post(operator, "pause", {"workflowId": str(flow.pk)}, dryRun=True)
    assert (counts(told), told["dryRun"], told["executions"]) == ((2, 1, 1, 0), True, [])
    assert statuses(flow) == ["paused", "running"]


def test_conditions_narrow_each_other_down(flow: Workflow, editor: User, operator: User):
    first, second = (runs.start(flow, editor) for _ in range(2))
    middle = second.created_at.isoformat()
    for conditions, expected in (
        ({"createdBefore": middle, "workflowId": str(flow.pk)}, 1),
        ({"createdAfter": middle}, 1),
        ({"label": first.version.label}, 2),
        ({"label": "v999"}, 0),
        ({"status": "running"}, 2),
        ({"status": ["paused", "queued"]}, 0),
    ):
        assert post(operator, "stop", conditions, dryRun=True)["matched"] == expected, conditions


def test_one_that_cannot_be_done_holds_up_no_other(editor: User, operator: User):
    flow = runs.workflow(editor, ("b", "fail"))
    broken, run = (runs.start(flow, editor) for _ in range(2))
    drain()
    Execution.objects.filter(pk=broken.pk).update(version=scenes.unusable_version(flow))
    told = post(operator, "retry", {"workflowId": str(flow.pk)})
    assert (told["done"], told["failed"]) == (1, [{"id": str(broken.pk), "code": "unknown_type"}])
    assert driving.status(run) == "running"


def test_only_runs_that_the_person_may_steer_are_meant(flow: Workflow, editor: User):
    runs.start(flow, editor)
    other = scenes.project("other")
    stranger = runs.person("operator", project=other)
    assert counts(post(stranger, "stop", {"status": "running"})) == (0, 0, 0, 0)
    assert counts(post(stranger, "stop", {"workflowId": str(flow.pk)})) == (0, 0, 0, 0)
    viewer = runs.client(runs.person("viewer"))
    body = {"action": "stop", "filter": {"status": "running"}}
    assert viewer.post("/api/v1/executions/bulk", body).status_code == 403
    assert statuses(flow) == ["running"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"action": "stop"},
        {"action": "stop", "filter": {}},
        {"action": "delete", "filter": {"status": "failed"}},
        {"action": "stop", "filter": {"status": "asleep"}},
        {"action": "stop", "filter": {"status": []}},
        {"action": "stop", "filter": {"owner": "anna"}},
        {"action": "stop", "filter": {"workflowId": "x"}},
        {"action": "stop", "filter": {"status": "failed"}, "force": True},
    ],
)
def test_what_is_meant_must_be_said(operator: User, body: dict[str, Any]):
    assert runs.client(operator).post("/api/v1/executions/bulk", body).status_code == 400
