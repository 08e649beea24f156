"""What steps write down beside their items: answers to callers, errors, notices, and what a run gives back."""

from __future__ import annotations

import json
from typing import Any

import pytest
import redis
from django.conf import settings as current

from executions import realtime
from executions.models import Notice, RunAnswer, SavedError
from executions.services import aftercare, children, saved_errors
from integrations import error_lists, relay
from integrations.errors import ErrorListAway
from integrations.mail import line
from integrations.models import OutboxMessage
from integrations.telegram.delivery import TOPIC
from tests.fakes.smtp import post_office
from tests.integration.answers import scenes
from tests.integration.executions.driving import (
    NodeSpec,
    definition,
    drain,
    items,
    start,
    status,
    statuses,
    step,
    workflow,
)

VALID = {"config": {"conditions": [{"field": "n", "op": "gt", "value": 0}]}}
REFUSAL = {"config": {"status": 422, "what": "body", "body": {"message": "n is {{ $json.n }}"}}}


def webhook_flow() -> dict[str, Any]:
    """A flow with a branch for valid input and one for invalid."""
    return definition(
        [
            ("valid", "if", VALID),
            ("work", "set", {"config": {"fields": [{"name": "done", "value": True}]}}),
            ("yes", "respond-to-webhook", {"config": {"headers": {"X-Flow": "WF-03"}}}),
            ("back", "return"),
            ("no", "respond-to-webhook", REFUSAL),
            ("save", "save-error", {"config": {"code": "bad_n"}}),
        ],
        [("valid", "work", "true"), ("work", "yes"), ("yes", "back"), ("valid", "no", "false"), ("no", "save")],
    )


def test_valid_input_gets_its_answer_and_goes_back_to_the_caller(anna: Any) -> None:
    """S0-14: webhook answer and return to the caller in one flow."""
    run = start(anna, webhook_flow(), input_data={"n": 1})
    drain()

    answer = realtime.wait_for_answer(run.pk, 5)
    assert answer is not None
    assert (answer.status, answer.headers, answer.body) == (200, {"X-Flow": "WF-03"}, {"n": 1, "done": True})
    assert answer.step_id == step(run, "yes").pk
    run.refresh_from_db()
    assert children.result_of(run) == [{"n": 1, "done": True}]
    assert not SavedError.objects.exists()


def test_invalid_input_takes_its_own_branch_and_gets_its_own_answer(anna: Any) -> None:
    """S0-15: a 4xx answer from the other branch; what is saved has workflow, run, node, item and time."""
    run = start(anna, webhook_flow(), input_data={"n": -1})
    drain()

    answer = realtime.wait_for_answer(run.pk, 5)
    assert answer is not None
    assert (answer.status, answer.body) == (422, {"message": "n is -1"})
    assert statuses(run)["yes"] == "skipped"
    saved = SavedError.objects.get()
    assert (saved.code, saved.source, saved.node_id, saved.input) == ("bad_n", "node", "save", {"n": -1})
    assert (saved.execution_id, saved.workflow_id, saved.state) == (run.pk, run.workflow_id, "open")
    run.refresh_from_db()
    assert children.result_of(run) == []


def test_the_first_answer_of_a_run_counts(anna: Any) -> None:
    answers: list[NodeSpec] = [("a", "respond-to-webhook"), ("b", "respond-to-webhook", {"config": {"status": 500}})]
    run = start(anna, definition(answers, [("a", "b")]))
    drain()

    assert status(run) == "succeeded"
    assert RunAnswer.objects.get().status == 200


def test_a_run_that_ends_without_an_answer_is_not_waited_for(anna: Any) -> None:
    run = start(anna, definition([("a", "noop")]))
    drain()

    assert realtime.wait_for_answer(run.pk, 60) is None


def test_a_sub_workflow_gives_back_what_its_return_nodes_were_given(anna: Any) -> None:
    """S0-14: WF-03 is a webhook's flow and a callable one."""
    inner = workflow(anna, webhook_flow(), "Inner")
    run = start(anna, definition([("call", "sub-workflow", {"config": {"workflow": inner.code}})]), input_data={"n": 3})
    while drain() or aftercare.look_after_ended():
        pass

    assert status(run) == "succeeded"
    assert items(run, "call") == [{"n": 3, "done": True}]


def test_nothing_may_follow_a_return(anna: Any) -> None:
    from workflows import services as workflows

    what = definition([("a", "return"), ("b", "noop")], [("a", "b")])
    made = workflows.create_workflow(user=anna, particulars=workflows.Particulars(name="T"), definition=what)

    assert made.newest_version is not None
    assert [problem["code"] for problem in made.newest_version.problems] == ["edge_after_return"]


@pytest.mark.parametrize("isolate", [False, True])
def test_an_isolated_step_writes_the_same_down(anna: Any, isolate: bool) -> None:
    nodes: list[Any] = [
        ("a", "respond-to-webhook", {"settings": {"isolate": isolate}}),
        ("b", "save-error", {"settings": {"isolate": isolate}}),
        ("c", "notify", {"config": {"title": "T"}, "settings": {"isolate": isolate}}),
    ]
    run = start(anna, definition(nodes, [("a", "b"), ("b", "c")]), input_data={"n": 1})
    drain()

    assert status(run) == "succeeded"
    assert RunAnswer.objects.get().body == {"n": 1}
    assert SavedError.objects.get().input == {"n": 1}
    assert Notice.objects.get().title == "T"


def test_a_failed_run_is_on_the_list_of_errors(anna: Any) -> None:
    """S0-16: with workflow, node, input, time - once for each failure."""
    run = start(anna, definition([("ok", "noop"), ("bad", "fail")], [("ok", "bad")]), input_data={"n": 1})
    drain()
    aftercare.look_after_ended()

    saved = SavedError.objects.get()
    assert (saved.source, saved.code, saved.node_id, saved.label) == ("run", "failed_on_purpose", "bad", "bad")
    assert (saved.input, saved.execution_id, saved.step_id) == ({"n": 1}, run.pk, step(run, "bad").pk)


def test_an_error_of_an_error_port_names_the_node_that_failed(anna: Any) -> None:
    nodes: list[Any] = [("bad", "fail", {"settings": {"onError": "error_port"}}), ("save", "save-error")]
    run = start(anna, definition(nodes, [("bad", "save", "error")]), input_data={"n": 1})
    drain()

    assert status(run) == "succeeded"
    saved = SavedError.objects.get()
    assert (saved.node_id, saved.code, saved.input) == ("bad", "failed_on_purpose", {"n": 1})
    assert saved.step_id == step(run, "save").pk


def test_an_error_reaches_a_list_of_redis_once(anna: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """S0-14: save an error to Redis."""
    name = f"{error_lists.PREFIX}wf03"
    client = redis.Redis.from_url(current.REDIS_URL)
    client.delete(name)
    run = start(anna, definition([("s", "save-error", {"config": {"redisList": "wf03"}})]), input_data={"n": 1})
    drain()
    relay.deliver_due()
    error_lists.push(OutboxMessage.objects.get(topic=error_lists.TOPIC).payload)

    (entry,) = client.lrange(name, 0, -1)
    assert json.loads(entry)["executionId"] == str(run.pk)
    client.delete(name)
    client.close()


def test_a_redis_that_is_away_keeps_the_message(anna: Any, settings: Any) -> None:
    settings.ERROR_REDIS_URL = "redis://127.0.0.1:1/0"

    with pytest.raises(ErrorListAway):
        error_lists.push({"key": "k", "entry": {"id": "1"}})


def test_notices_go_to_the_list_and_to_telegram(anna: Any, settings: Any) -> None:
    settings.TELEGRAM_BOT_TOKEN = "1:token"
    config = {"title": "5 < 6", "text": "a & b", "severity": "critical", "telegram": [77, 78]}
    run = start(anna, definition([("n", "notify", {"config": config})]))
    drain()

    notice = Notice.objects.get()
    assert (notice.title, notice.severity, notice.execution_id) == ("5 < 6", "critical", run.pk)
    sent = OutboxMessage.objects.filter(topic=TOPIC).order_by("ordering_key")
    assert [message.payload for message in sent] == [
        {"chatId": chat, "text": "<b>5 &lt; 6</b>\na &amp; b"} for chat in (77, 78)
    ]
    assert {message.queue for message in sent} == {"notifications"}


def test_without_a_bot_a_notice_is_only_listed(anna: Any, settings: Any) -> None:
    settings.TELEGRAM_BOT_TOKEN = ""
    start(anna, definition([("n", "notify", {"config": {"title": "T", "telegram": [77]}})]))
    drain()

    assert Notice.objects.count() == 1
    assert not OutboxMessage.objects.filter(topic=TOPIC).exists()


def test_a_result_that_cannot_be_kept_writes_nothing_down(anna: Any, settings: Any) -> None:
    """Items and notes are one result."""
    settings.PAYLOAD_MAX_BYTES = 10
    run = start(anna, definition([("n", "notify", {"config": {"title": "T"}})]), input_data={"text": "long enough"})
    drain()

    assert status(run) == "failed"
    assert not Notice.objects.exists()


def test_errors_and_notices_are_forgotten_in_time(anna: Any, settings: Any) -> None:
    settings.ERROR_RETENTION_DAYS = 30
    both: list[NodeSpec] = [("n", "notify", {"config": {"title": "T"}}), ("s", "save-error")]
    start(anna, definition(both, [("n", "s")]))
    drain()

    assert saved_errors.prune(10) == 0
    with scenes.later(31 * 24 * 3600):
        settings.ERROR_RETENTION_DAYS = 0
        assert saved_errors.prune(10) == 0
        settings.ERROR_RETENTION_DAYS = 30
        assert saved_errors.prune(10) == 2


def test_a_notice_goes_out_as_a_letter_once(anna: Any, settings: Any) -> None:
    """S3-16: people are told by e-mail too; a title of several lines is one subject."""
    with post_office() as office:
        settings.EMAIL_HOST, settings.EMAIL_PORT = office.host, office.port
        config = {"title": "A\nB", "text": "C", "email": ["anna@example.org"]}
        start(anna, definition([("tell", "notify", {"config": config})]))
        drain()
        relay.deliver_due()
        line._hang_up()
    (letter,) = office.letters
    assert (letter["To"], letter["Subject"], letter.get_content().strip()) == ("anna@example.org", "A B", "C")
