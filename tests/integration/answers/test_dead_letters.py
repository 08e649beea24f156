"""Dead letters: failed steps and undelivered messages, replayed one by one or by filter, or put aside."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
import redis
import structlog
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.clock import Clock
from accounts.models import User
from accounts.services import default_project
from executions import runner, services
from executions.models import Execution
from executions.services import dead_letters
from integrations import outbox
from integrations.models import OutboxMessage
from tests.fakes.ledger import Ledger
from tests.integration import runs
from tests.integration.answers import scenes
from tests.integration.executions import driving
from tests.integration.executions.driving import NodeSpec, drain, items, step

pytestmark = pytest.mark.django_db(transaction=True)

URL = "/api/v1/dead-letters"
FAILS: NodeSpec = ("bad", "fail", {"config": {"times": 1}})


def dead_run(editor: User, *nodes: NodeSpec, **options: Any) -> Execution:
    run = runs.finished_run(editor, *(nodes or (("a", "noop"), FAILS)), **options)
    assert run.status == "failed"
    return run


def dead_message(**fields: Any) -> OutboxMessage:
    error = {"code": "unreachable", "message": "нет связи", "details": {}}
    fields = {"topic": "telegram.send", "queue": "notifications", "payload": {"chat": 7, "text": "секрет"}, **fields}
    return OutboxMessage.objects.create(state="dead", tries=3, error=error, finished_at=Clock(), **fields)


def ask(user: User, **query: Any) -> dict[str, Any]:
    answer = runs.client(user).get(URL, query)
    assert answer.status_code == 200, answer.content
    told: dict[str, Any] = answer.json()
    return told


def listed(user: User, **query: Any) -> list[str]:
    return [letter["id"] for letter in ask(user, **query)["results"]]


def post(user: User, verb: str, **body: Any) -> Any:
    return runs.client(user).post(f"{URL}/{verb}", body)


def test_failed_steps_and_undelivered_messages_are_listed(editor: User):
    """Part 2, row 8: a dead-letter box for events and steps."""
    run = dead_run(editor)
    message = dead_message()
    viewer = runs.person("viewer")
    told = ask(viewer)
    assert told["count"] == 2
    newest, oldest = told["results"]
    assert (newest["kind"], newest["id"], newest["topic"], newest["tries"]) == (
        "message",
        str(message.pk),
        "telegram.send",
        3,
    )
    assert "секрет" not in str(told)
    bad = step(run, "bad")
    assert {name: oldest[name] for name in ("kind", "id", "executionId", "nodeId", "label", "workflowId")} == {
        "kind": "step",
        "id": str(bad.pk),
        "executionId": str(run.pk),
        "nodeId": "bad",
        "label": "bad",
        "workflowId": str(run.workflow_id),
    }
    assert oldest["error"]["code"] == "failed_on_purpose"
    assert oldest["error"]["message"]
    assert 0 <= newest["ageSeconds"] <= oldest["ageSeconds"] <= told["oldestAgeSeconds"]


def test_a_handled_failure_and_a_running_run_leave_no_letter(editor: User):
    handled = {"settings": {"onError": "continue"}}
    assert runs.finished_run(editor, ("a", "fail", handled)).status == "succeeded"
    run = dead_run(editor)
    services.retry(execution_id=run.pk, user=editor)
    assert ask(editor)["count"] == 0
    assert ask(editor)["oldestAgeSeconds"] is None


def test_letters_are_narrowed_by_kind_workflow_code_and_time(editor: User):
    first = dead_run(editor)
    second = dead_run(editor, ("x", "http-request", {"config": {"url": "http://127.0.0.1:9/", "retries": 0}}))
    message = dead_message()
    one, two = str(step(first, "bad").pk), str(step(second, "x").pk)
    assert listed(editor) == [str(message.pk), two, one]
    assert listed(editor, kind="step") == [two, one]
    assert listed(editor, kind="message") == [str(message.pk)]
    assert listed(editor, workflowId=str(first.workflow_id)) == [one]
    assert listed(editor, code="forbidden_target") == [two]
    assert listed(editor, code="unreachable") == [str(message.pk)]
    died_at = step(second, "x").finished_at
    assert died_at is not None
    assert listed(editor, since=died_at.isoformat()) == [str(message.pk), two]
    assert listed(editor, pageSize=2, page=2) == [one]
    assert runs.client(editor).get(URL, {"kind": "dream"}).status_code == 400


def test_letters_of_other_projects_are_not_there(editor: User):
    run = dead_run(editor)
    message = dead_message()
    stranger = runs.person("admin", project=scenes.project("other"))
    assert ask(stranger)["count"] == 0
    answer = post(stranger, "replay", ids=[str(step(run, "bad").pk), str(message.pk)])
    assert answer.json()["done"] == 0
    assert {one["code"] for one in answer.json()["failed"]} == {"not_found"}
    assert post(stranger, "resolve", ids=[str(message.pk)], reason="?").json()["done"] == 0


def test_a_message_about_a_step_belongs_to_the_project_of_the_step(editor: User):
    other = scenes.project("other")
    run = dead_run(editor)
    message = dead_message(topic="dataset.store", payload={"stepId": str(step(run, "a").pk)}, queue="system")
    assert listed(editor, kind="message", workflowId=str(run.workflow_id)) == [str(message.pk)]
    Execution.objects.filter(pk=run.pk).update(project=other)
    assert listed(editor) == []
    assert str(message.pk) in listed(runs.person("viewer", project=other))
    assert default_project().pk != other.pk


def test_a_letter_is_replayed_in_its_run(editor: User, operator: User, ledger: Ledger):
    """Part 2, row 8: replay one by one."""
    call = {"url": ledger.url("/flaky?key=letter&fails=1"), "retries": 0}
    run = dead_run(editor, ("a", "noop"), ("bad", "http-request", {"config": call}))
    answer = post(operator, "replay", ids=[str(step(run, "bad").pk)], reason="починили")
    assert answer.status_code == 200
    assert answer.json() == {
        "done": 1,
        "skipped": 0,
        "remaining": 0,
        "failed": [],
        "executions": [str(run.pk)],
    }
    drain()
    run.refresh_from_db()
    assert run.status == "succeeded"
    assert ask(operator)["count"] == 0


def test_letters_are_replayed_by_filter_the_steps_of_one_run_together(editor: User, operator: User):
    """Part 2, row 8: bulk replay by filter."""
    flow = driving.workflow(editor, driving.definition([(f"bad{index}", *FAILS[1:]) for index in range(3)]))
    first, second = runs.start(flow, editor), runs.start(flow, editor)
    held = driving.leases()
    claimed = [runner._claim("cpu", held) for _ in range(6)]  # before the first of them fails
    for one in claimed:
        assert one is not None
        runner._step(one, None, held, continue_on=None)
    other = dead_run(editor)
    answer = post(operator, "replay", filter={"workflowId": str(flow.pk)}).json()
    assert (answer["done"], set(answer["executions"])) == (6, {str(first.pk), str(second.pk)})
    assert listed(operator) == [str(step(other, "bad").pk)]


def test_a_letter_is_replayed_with_other_data_in_a_new_run(editor: User, operator: User):
    """Part 2, row 8: editing the payload."""
    check = {"config": {"conditions": [{"field": "price", "op": "exists"}]}}
    what = driving.definition(
        [("a", "noop"), ("check", "if", check), ("bad", "fail"), ("good", "noop")],
        [("a", "check"), ("check", "good", "true"), ("check", "bad", "false")],
    )
    run = driving.start(editor, what, input_data={"name": "x"})
    drain()
    bad = step(run, "bad")
    answer = post(operator, "replay", ids=[str(bad.pk)], inputData={"name": "y"}).json()
    (new,) = answer["executions"]
    created = Execution.objects.get(pk=new)
    assert (created.retry_of_id, answer["done"]) == (run.pk, 1)
    drain()
    shown = runs.client(operator).get(f"/api/v1/executions/{new}/steps/{step(created, 'bad').pk}").json()
    assert shown["input"] == {"in": [{"name": "y"}]}
    assert listed(operator) == [str(step(created, "bad").pk)], "the letter of the old run has been dealt with"
    dealt = ask(operator, resolved=True)["results"]
    assert [(letter["id"], letter["resolution"]["outcome"]) for letter in dealt] == [(str(bad.pk), "replayed")]


def test_other_data_are_for_one_step(editor: User, operator: User):
    runs_ = [dead_run(editor) for _ in range(2)]
    ids = [str(step(run, "bad").pk) for run in runs_]
    assert post(operator, "replay", ids=ids, inputData={}).status_code == 400
    message = dead_message()
    assert post(operator, "replay", ids=[str(message.pk)], inputData={}).status_code == 400
    for wrong in (7, "x", [1], None):
        assert post(operator, "replay", ids=ids[:1], inputData=wrong).status_code == 400


def test_a_letter_is_replayed_on_the_fixed_version(editor: User, operator: User):
    run = dead_run(editor)
    from_now = driving.definition([("a", "noop"), ("bad", "noop")], [("a", "bad")])
    scenes.replace(run, editor, from_now)
    answer = post(operator, "replay", ids=[str(step(run, "bad").pk)], version="current").json()
    drain()
    new = Execution.objects.get(pk=answer["executions"][0])
    assert (driving.status(new), new.retry_of_id) == ("succeeded", run.pk)
    assert items(new, "bad") == [{}]
    assert ask(operator)["count"] == 0


def test_one_that_cannot_be_replayed_holds_up_no_other(editor: User, operator: User):
    lost, run = dead_run(editor), dead_run(editor)
    scenes.replace(lost, editor, driving.definition([("a", "noop")]))
    scenes.replace(run, editor, driving.definition([("a", "noop"), ("bad", "noop")], [("a", "bad")]))
    answer = post(operator, "replay", filter={"kind": "step"}, version="current").json()
    assert (answer["done"], answer["failed"]) == (1, [{"id": str(step(lost, "bad").pk), "code": "step_missing"}])


def test_a_message_is_sent_again(editor: User, operator: User):
    message = dead_message()
    assert post(operator, "replay", filter={"kind": "message"}).json()["done"] == 1
    message.refresh_from_db()
    assert (message.state, message.tries) == ("waiting", 0)
    assert ask(operator)["count"] == 0


def test_a_letter_is_put_aside_with_a_reason_until_it_dies_again(editor: User, operator: User):
    run = dead_run(editor)
    message = dead_message()
    ids = [str(step(run, "bad").pk), str(message.pk)]
    assert post(operator, "resolve", ids=ids).status_code == 400
    answer = post(operator, "resolve", ids=[*ids, str(uuid.uuid4())], reason="заказ отменили")
    assert (answer.status_code, answer.json()["done"], len(answer.json()["failed"])) == (200, 2, 1)
    assert listed(operator) == []
    dealt = ask(operator, resolved=True)["results"]
    assert {letter["id"] for letter in dealt} == set(ids)
    assert dealt[0]["resolution"]["reason"] == "заказ отменили"
    assert dealt[0]["resolution"]["by"]["id"] == operator.pk
    assert post(operator, "resolve", ids=ids, reason="ещё раз").json()["done"] == 0

    outbox.send_again([message.pk])
    OutboxMessage.objects.filter(pk=message.pk).update(state="dead", finished_at=Clock())
    assert listed(operator) == [str(message.pk)]


def test_what_is_meant_must_be_said(operator: User):
    twice, unknown = {"ids": [str(uuid.uuid4())], "filter": {}}, {"filter": {"colour": "red"}}
    bodies: list[dict[str, Any]] = [{}, twice, {"ids": ["x"]}, unknown, {"ids": []}]
    for body in bodies:
        assert post(operator, "replay", **body).status_code == 400
    viewer = runs.person("viewer")
    assert post(viewer, "replay", filter={}).status_code == 403
    assert post(viewer, "resolve", filter={}, reason="?").status_code == 403


def test_the_list_asks_no_more_for_many_letters(editor: User):
    counts = []
    for more in (1, 5):
        for _ in range(more):
            dead_run(editor)
            dead_message()
        api = runs.client(editor)
        with CaptureQueriesContext(connection) as captured:
            assert api.get(URL).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_old_letters_are_warned_of_once_an_hour(editor: User, valkey: redis.Redis, settings: Any):
    """Part 2, row 8: an age alarm."""
    settings.DEAD_LETTER_ALARM_HOURS = 24
    dead_run(editor)
    with structlog.testing.capture_logs() as written:
        assert dead_letters.warn_of_old() == 0
        with scenes.later(25 * 3600):
            assert [dead_letters.warn_of_old() for _ in range(2)] == [1, 0]
    (line,) = [entry for entry in written if entry["event"] == "dead letters wait"]
    assert (line["log_level"], line["letters"], line["oldest_hours"]) == ("warning", 1, 25.0)
    settings.DEAD_LETTER_ALARM_HOURS = 0
    valkey.flushdb()
    with scenes.later(25 * 3600):
        assert dead_letters.warn_of_old() == 0


def test_a_letter_put_aside_is_not_warned_of(editor: User, operator: User, valkey: redis.Redis):
    run = dead_run(editor)
    post(operator, "resolve", ids=[str(step(run, "bad").pk)], reason="известно")
    with scenes.later(25 * 3600):
        assert dead_letters.warn_of_old() == 0
