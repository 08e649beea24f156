"""`GET /executions/{id}/steps`: state and data of each node."""

from __future__ import annotations

from decimal import Decimal

import pytest

from executions.models import Execution
from integrations import safe_json
from tests.integration import runs
from tests.integration.executions import driving

pytestmark = pytest.mark.django_db(transaction=True)

KEYS = {
    "id",
    "nodeId",
    "nodeType",
    "label",
    "status",
    "attempt",
    "startedAt",
    "finishedAt",
    "availableAt",
    "waitReason",
    "error",
    "input",
    "output",
}


@pytest.fixture
def user():
    return runs.person("admin")


@pytest.fixture
def api(user):
    return runs.client(user)


def test_steps_tell_what_they_received_and_gave(user, api):
    """S3-13: steps with status, attempt, times, input, output and error."""
    run = runs.finished_run(user, ("a", "noop"), ("b", "noop"), input_data={"spend": Decimal("10.50")})
    answer = api.get(f"/api/v1/executions/{run.pk}/steps")
    page = safe_json.loads(answer.content)
    assert page["count"] == 2
    first, second = page["results"]
    assert set(first) == KEYS
    assert [first["nodeId"], second["nodeId"]] == ["a", "b"]
    assert (first["nodeType"], first["label"], first["status"], first["attempt"]) == ("noop", "a", "succeeded", 1)
    assert first["startedAt"] <= first["finishedAt"]
    assert first["error"] is None
    item = {"spend": Decimal("10.50")}
    assert first["input"] == {"in": [item]}
    assert first["output"] == {"out": [item]}
    assert second["input"] == {"in": [item]}
    assert b"10.50" in answer.content


def test_items_of_several_edges_come_by_port_in_the_order_of_the_edges(user, api):
    """S3-19: data is routed by port."""
    what = driving.definition(
        [("a", "noop"), ("b", "noop"), ("c", "noop"), ("d", "noop")],
        [("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")],
    )
    run = driving.start(user, what, input_data={"n": 1})
    driving.drain()
    step = api.get(f"/api/v1/executions/{run.pk}/steps").json()["results"][3]
    assert step["input"] == {"in": [{"n": 1}, {"n": 1}]}


def test_a_step_that_was_not_reached_has_no_data(user, api):
    """S3-13: what has not begun shows nothing."""
    run = runs.finished_run(user, ("a", "fail"), ("b", "noop"))
    first, second = api.get(f"/api/v1/executions/{run.pk}/steps").json()["results"]
    assert (first["status"], first["output"]) == ("failed", {})
    assert first["error"]["code"] == "failed_on_purpose"
    assert set(first["error"]) == {"code", "message", "details"}
    assert (second["status"], second["input"], second["output"]) == ("cancelled", {}, {})
    run_error = api.get(f"/api/v1/executions/{run.pk}").json()["error"]
    assert run_error["code"] == "failed_on_purpose"


def test_an_error_speaks_the_language_of_its_reader(user):
    """S3-13: the error's message is for a person."""
    run = runs.finished_run(user, ("a", "fail"))
    russian = runs.client(user, HTTP_ACCEPT_LANGUAGE="ru").get(f"/api/v1/executions/{run.pk}").json()
    assert russian["error"]["message"] == "Шаг остановлен намеренно"


def test_one_step_comes_with_its_attempts(user, api):
    """S3-12: attempts are numbered and kept."""
    run = runs.finished_run(user, ("a", "noop"))
    step = driving.step(run, "a")
    detail = api.get(f"/api/v1/executions/{run.pk}/steps/{step.pk}").json()
    assert set(detail) == KEYS | {"attempts", "effects"}
    (attempt,) = detail["attempts"]
    assert (attempt["number"], attempt["outcome"], attempt["error"]) == (1, "succeeded", None)
    assert attempt["worker"]


def test_steps_come_in_pages(user, api):
    run = runs.finished_run(user, *((f"n{number}", "noop") for number in range(5)))
    page = api.get(f"/api/v1/executions/{run.pk}/steps?pageSize=2&page=2").json()
    assert [step["nodeId"] for step in page["results"]] == ["n2", "n3"]
    assert page["results"][0]["input"] == {"in": [{}]}


def test_the_number_of_queries_does_not_grow_with_the_number_of_steps(user, api, django_assert_max_num_queries):
    run = runs.finished_run(user, *((f"n{number}", "noop") for number in range(12)))
    with django_assert_max_num_queries(7):
        assert len(api.get(f"/api/v1/executions/{run.pk}/steps").json()["results"]) == 12
    assert Execution.objects.get(pk=run.pk).status == "succeeded"
