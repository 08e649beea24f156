"""Every address of runs × every role."""

from __future__ import annotations

import pytest

from executions.api.urls import urlpatterns
from tests.integration import runs
from tests.integration.executions import driving

pytestmark = pytest.mark.django_db

WHO = ("anonymous", None, "viewer", "operator", "editor", "admin")
SEE = (401, 403, 200, 200, 200, 200)
STEER = (401, 403, 403, 200, 200, 200)
OPERATE = (401, 403, 403, 200, 200, 200)
START = (401, 403, 403, 202, 202, 202)
RETRY = (401, 403, 403, 409, 409, 409)  # a running run's step: allowed to the role, refused by the state
PLAN = (401, 403, 409, 409, 409, 409)
CHOOSE = (401, 403, 403, 400, 400, 400)  # allowed to the role; what is meant must be said
PUBLISH = (401, 403, 403, 403, 404, 404)  # allowed to the role; there is no such schedule
MISSING = (401, 403, 404, 404, 404, 404)  # allowed to the role; there is no such row
MISSING_TO_STEER = (401, 403, 403, 404, 404, 404)
LOOK_AFTER = (401, 403, 403, 403, 403, 200)

TRY = (401, 403, 403, 403, 400, 400)  # allowed to the role; which node is tested must be said

MATRIX = [
    ("post", "workflows/<str:workflow_id>/test", TRY),
    ("post", "workflows/<str:workflow_id>/shadow", (401, 403, 403, 403, 202, 202)),
    ("post", "workflows/<str:workflow_id>/execute", START),
    ("get", "workflows/<str:workflow_id>/executions", SEE),
    ("get", "workflows/<str:workflow_id>/triggers", OPERATE),
    ("get", "workflows/<str:workflow_id>/schedules", SEE),
    ("post", "workflows/<str:workflow_id>/schedules/<str:trigger_id>/enable", PUBLISH),
    ("post", "workflows/<str:workflow_id>/schedules/<str:trigger_id>/disable", PUBLISH),
    ("get", "dead-letters", SEE),
    ("post", "dead-letters/replay", CHOOSE),
    ("post", "dead-letters/resolve", CHOOSE),
    ("get", "errors", SEE),
    ("get", "errors/<str:error_id>", MISSING),
    ("post", "errors/<str:error_id>/replay", MISSING_TO_STEER),
    ("post", "errors/<str:error_id>/resolve", MISSING_TO_STEER),
    ("post", "errors/<str:error_id>/dismiss", MISSING_TO_STEER),
    ("get", "events/overview", SEE),
    ("post", "events/replay", CHOOSE),
    ("get", "events/<str:event_id>", MISSING),
    ("post", "events/<str:event_id>/replay", MISSING_TO_STEER),
    ("get", "notices", SEE),
    ("post", "notices/<str:notice_id>/seen", MISSING_TO_STEER),
    ("get", "storage", SEE),
    ("get", "health/engine", LOOK_AFTER),
    ("post", "executions/bulk", CHOOSE),
    ("get", "executions", SEE),
    ("get", "executions/<str:execution_id>", SEE),
    ("post", "executions/<str:execution_id>/pause", STEER),
    ("post", "executions/<str:execution_id>/resume", STEER),
    ("post", "executions/<str:execution_id>/stop", STEER),
    ("get", "executions/<str:execution_id>/why", SEE),
    ("get", "executions/<str:execution_id>/retry-plan", PLAN),
    ("post", "executions/<str:execution_id>/retry", RETRY),
    ("get", "executions/<str:execution_id>/result", SEE),
    ("get", "executions/<str:execution_id>/logs", SEE),
    ("get", "executions/<str:execution_id>/events", SEE),
    ("get", "executions/<str:execution_id>/effects", SEE),
    ("get", "executions/<str:execution_id>/steps", SEE),
    ("get", "executions/<str:execution_id>/steps/<str:step_id>", SEE),
    ("post", "executions/<str:execution_id>/steps/<str:step_id>/retry", RETRY),
]


@pytest.mark.parametrize(("method", "route", "statuses"), MATRIX)
@pytest.mark.parametrize("slash", ["", "/"])
def test_every_address_opens_to_the_roles_of_the_table(method: str, route: str, statuses: tuple[int, ...], slash: str):
    """S3-22: route × role. S3-2: every address answers with and without a slash at its end."""
    flow = runs.workflow(runs.person("editor"))
    answers = []
    for who in WHO:
        api = runs.client(None if who == "anonymous" else runs.person(who))
        run = runs.start(flow, runs.person("operator"))
        address = route.replace("<str:workflow_id>", str(flow.pk)).replace("<str:execution_id>", str(run.pk))
        address = address.replace("<str:step_id>", str(driving.step(run, "a").pk))
        answers.append(getattr(api, method)(f"/api/v1/{address}{slash}"))
    assert tuple(answer.status_code for answer in answers) == statuses
    for answer in answers:
        if answer.status_code >= 400:
            assert set(answer.json()) == {"code", "message", "details"}


def test_the_table_names_every_address():
    assert {route for _method, route, _statuses in MATRIX} == {str(address.pattern) for address in urlpatterns}


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_runs_cannot_be_written(method: str):
    """S3-22: nobody edits or deletes a run."""
    user = runs.person("admin")
    run = runs.start(runs.workflow(user), user)
    assert getattr(runs.client(user), method)(f"/api/v1/executions/{run.pk}", {}).status_code == 405
