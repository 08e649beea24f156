"""Testing a node, or everything up to it, over the API and through the real engine."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from accounts import clock
from executions import sweeps
from executions.models import Execution, SavedError
from executions.services import dead_letters
from tests.integration import runs
from tests.integration.executions import driving
from workflows.models import WorkflowVersion

pytestmark = pytest.mark.django_db(transaction=True)


def drawn() -> dict[str, Any]:
    """Three nodes in a row: the first passes on what it gets, the last says what it sees."""
    field = {"name": "told", "value": "{{ $json.n }} of {{ $('first').item.json.n }}"}
    told = {"config": {"fields": [field], "keepRest": False}}
    nodes: list[Any] = [("first", "noop"), ("broken", "fail"), ("last", "set", told), ("after", "fail")]
    return driving.definition(nodes, [("first", "broken"), ("broken", "last"), ("last", "after")])


@pytest.fixture
def editor() -> Any:
    return runs.person("editor")


@pytest.fixture
def api(editor: Any) -> APIClient:
    return runs.client(editor)


@pytest.fixture
def address(editor: Any) -> str:
    made = driving.workflow(editor, drawn())
    return f"/api/v1/workflows/{made.pk}"


def tried(api: APIClient, address: str, **asked: Any) -> Execution:
    answer = api.post(f"{address}/test", asked, format="json")
    assert answer.status_code == 202, answer.json()
    assert answer.json()["origin"] == "test"
    driving.drain()
    return Execution.objects.get(id=answer.json()["id"])


def test_a_node_runs_on_pinned_data_and_nothing_else_does(api: APIClient, address: str):
    """What is pinned is given in the place of running; expressions find it by the node's name."""
    for node, number in (("first", 1), ("broken", 2)):
        pinned = api.put(f"{address}/pins/{node}", {"ports": {"out": [{"n": number}]}}, format="json")
        assert pinned.status_code == 200, pinned.json()
    run = tried(api, address, nodeId="last", alone=True)
    assert driving.status(run) == "succeeded"
    assert driving.items(run, "last") == [{"told": "2 of 1"}]
    assert driving.statuses(run) == {"first": "succeeded", "broken": "succeeded", "last": "succeeded"}


def test_pins_change_neither_the_definition_nor_any_ordinary_run(api: APIClient, address: str, editor: Any):
    before = api.get(address).json()["definition"]
    api.put(f"{address}/pins/broken", {"ports": {"out": [{"n": 2}]}}, format="json")
    assert api.get(address).json()["definition"] == before
    started = api.post(f"{address}/execute", {}, format="json").json()["id"]
    driving.drain()
    assert driving.status(Execution.objects.get(id=started)) == "failed"


def test_up_to_a_node_runs_all_before_it_and_nothing_behind(api: APIClient, address: str):
    api.put(f"{address}/pins/broken", {"ports": {"out": [{"n": 7}]}}, format="json")
    api.put(f"{address}/pins/first", {"ports": {"out": [{"n": 5}]}}, format="json")
    run = tried(api, address, nodeId="last", inputData={"n": 1})
    assert driving.items(run, "last") == [{"told": "7 of 5"}]
    api.delete(f"{address}/pins/broken")
    api.delete(f"{address}/pins/first")
    run = tried(api, address, nodeId="first", inputData={"n": 4})
    assert driving.items(run, "first") == [{"n": 4}]
    assert set(driving.statuses(run)) == {"first"}


def test_data_of_a_run_come_in_where_nothing_is_pinned(api: APIClient, address: str):
    started = api.post(f"{address}/execute", {"inputData": {"n": 3}}, format="json").json()["id"]
    driving.drain()
    run = tried(api, address, nodeId="broken", alone=True, executionId=started)
    assert driving.status(run) == "failed"
    assert driving.items(run, "first") == [{"n": 3}]


def test_what_is_drawn_and_not_saved_is_tried(api: APIClient, address: str):
    changed = drawn()
    changed["nodes"][1] = {"id": "broken", "type": "noop", "position": {"x": 0, "y": 0}, "data": {}}
    run = tried(api, address, nodeId="last", definition=changed, inputData={"n": 8})
    assert driving.items(run, "last") == [{"told": "8 of 8"}]
    assert [row["number"] for row in api.get(f"{address}/versions").json()["results"]] == [1]
    shown = api.get(f"{address}/versions/{run.version_id}").json()
    assert [node["id"] for node in shown["definition"]["nodes"]] == ["first", "broken", "last"]


def test_a_failed_test_alarms_nobody(api: APIClient, address: str):
    run = tried(api, address, nodeId="broken")
    assert driving.status(run) == "failed"
    assert not SavedError.objects.exists()
    assert not dead_letters.dead_steps(None, dead_letters.Choice()).exists()


def test_nodes_that_work_outside_are_named_first(api: APIClient, editor: Any):
    """A test that would send something asks before it does."""
    mail = {"label": "Письмо", "config": {"to": "a@example.com", "subject": "x", "text": "y"}}
    made = driving.workflow(editor, driving.definition([("a", "noop"), ("b", "send-email", mail)], [("a", "b")]))
    answer = api.post(f"/api/v1/workflows/{made.pk}/test", {"nodeId": "b"}, format="json")
    assert answer.status_code == 409
    assert answer.json()["code"] == "test_acts"
    assert answer.json()["details"] == {"nodes": ["Письмо"]}
    assert not Execution.objects.exists()
    sure = api.post(f"/api/v1/workflows/{made.pk}/test", {"nodeId": "b", "confirmed": True}, format="json")
    assert sure.status_code == 202


def test_a_disabled_node_is_tested_without_a_question(api: APIClient, editor: Any):
    """It does nothing, so there is nothing to ask."""
    mail = {"config": {"to": "a@example.com", "subject": "x", "text": "y"}, "settings": {"disabled": True}}
    nodes: list[Any] = [("a", "noop"), ("b", "send-email", mail), ("c", "noop")]
    made = driving.workflow(editor, driving.definition(nodes, [("a", "b"), ("b", "c")]))
    run = tried(api, f"/api/v1/workflows/{made.pk}", nodeId="c", inputData={"n": 1})
    assert driving.items(run, "c") == [{"n": 1}]


def test_a_trigger_is_tested_without_the_node_that_answers_its_caller(api: APIClient, editor: Any):
    """Nobody waits for the answer of a test."""
    nodes: list[Any] = [
        ("hook", "trigger-webhook", {"config": {"proof": "none", "answer": "node"}}),
        ("reply", "respond-to-webhook", {"config": {"body": "ok"}}),
    ]
    made = driving.workflow(editor, driving.definition(nodes, [("hook", "reply")]))
    run = tried(api, f"/api/v1/workflows/{made.pk}", nodeId="hook")
    assert driving.status(run) == "succeeded"


def test_without_data_it_says_which_node_should_have_them(api: APIClient, address: str):
    answer = api.post(f"{address}/test", {"nodeId": "last", "alone": True}, format="json")
    assert answer.status_code == 422
    assert answer.json()["code"] == "nothing_to_test"
    assert answer.json()["details"] == {"nodes": ["broken"]}
    unknown = api.post(f"{address}/test", {"nodeId": "nobody"}, format="json")
    assert unknown.status_code == 404


def test_what_would_not_run_is_refused_with_its_problems(api: APIClient, address: str):
    wrong = drawn()
    wrong["nodes"][2]["data"]["config"] = {"nonsense": 1}
    answer = api.post(f"{address}/test", {"nodeId": "last", "definition": wrong}, format="json")
    assert answer.status_code == 422
    assert {problem["nodeId"] for problem in answer.json()["details"]["problems"]} == {"last"}


def test_a_node_of_a_loop_is_tested_alone_on_the_items_of_its_first_pass(api: APIClient, editor: Any):
    nodes: list[Any] = [("make", "noop"), ("each", "loop"), ("body", "noop"), ("end", "noop")]
    edges = [("make", "each"), ("each", "body", "loop"), ("body", "each"), ("each", "end", "done")]
    made = driving.workflow(editor, driving.definition(nodes, edges))
    address = f"/api/v1/workflows/{made.pk}"
    started = api.post(f"{address}/execute", {"inputData": {"n": 6}}, format="json").json()["id"]
    driving.drain()
    run = tried(api, address, nodeId="body", alone=True, executionId=started)
    assert driving.items(run, "body") == [{"n": 6}]
    whole = tried(api, address, nodeId="body", inputData={"n": 9})
    assert driving.status(whole) == "succeeded"
    assert "end" not in driving.statuses(whole)


def test_pins_are_lists_of_objects_of_a_bounded_size(api: APIClient, address: str):
    wrong: list[Any] = [{}, [], {"out": {}}, {"out": [1]}]
    for ports in wrong:
        assert api.put(f"{address}/pins/last", {"ports": ports}, format="json").status_code == 400, ports
    large = {"out": [{"text": "x" * 400_000}]}
    assert api.put(f"{address}/pins/last", {"ports": large}, format="json").status_code == 413
    assert api.get(f"{address}/pins").json() == {"results": []}


def test_a_trial_is_forgotten_with_its_run(api: APIClient, address: str):
    run = tried(api, address, nodeId="first")
    clock.shift(connection, 7200)
    sweeps.forget()
    assert WorkflowVersion.objects.filter(pins__isnull=False).count() == 1
    run.delete()
    sweeps.forget()
    clock.shift(connection, 0)
    assert not WorkflowVersion.objects.filter(pins__isnull=False).exists()
