"""The address where Telegram brings updates: who may, what is answered, and that a delivery counts once.

Everything holds for Django's view and for the lane that stands before it in the web process.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.db import connections
from django.test import Client

from integrations.errors import UnknownTopic
from integrations.models import InboundMessage
from tests.fakes.bot_api import TOKEN
from tests.integration.telegram.desk import IVAN, Desk
from tickets.models import Ticket
from tickets.telegram import webhook
from tickets.telegram.lane import PATH, Lane

pytestmark = pytest.mark.django_db

SECRET = "s3cret_of-the-webhook"
UPDATE = {"update_id": 1, "message": {"message_id": 1, "chat": {"id": 5, "type": "private"}, "text": "hi"}}
Answer = tuple[int, Any]
Bring = Callable[..., Answer]


@pytest.fixture(autouse=True)
def webhook_mode(settings: Any) -> None:
    settings.TELEGRAM_WEBHOOK_SECRET = SECRET
    settings.TELEGRAM_BOT_TOKEN = TOKEN


@pytest.fixture(params=["view", pytest.param("lane", marks=pytest.mark.django_db(transaction=True))])
def bring(request: pytest.FixtureRequest) -> Iterator[Bring]:
    """Delivers an update, or a body, and returns the status and what the answer says."""
    lane = Lane(nobody, hands=1)
    deliver = by_the_view if request.param == "view" else lambda *delivery: asyncio.run(by_the_lane(lane, *delivery))

    def bring(update: Any, *, secret: str | None = SECRET) -> Answer:
        body = update if isinstance(update, str) else json.dumps(update)
        status, content = deliver(body.encode(), secret)
        return status, json.loads(content) if content and status == 200 else None

    yield bring
    lane.hands.submit(connections.close_all)
    lane.hands.shutdown()


def by_the_view(body: bytes, secret: str | None) -> tuple[int, bytes]:
    headers = {} if secret is None else {webhook.SECRET_HEADER: secret}
    answer = Client().post(PATH, body, content_type="application/json", headers=headers)
    return answer.status_code, answer.content


async def by_the_lane(lane: Lane, body: bytes, secret: str | None) -> tuple[int, bytes]:
    headers = [] if secret is None else [(webhook.SECRET_HEADER.lower().encode(), secret.encode())]
    client = ApplicationCommunicator(lane, {"type": "http", "path": PATH, "method": "POST", "headers": headers})
    half = len(body) // 2
    await client.send_input({"type": "http.request", "body": body[:half], "more_body": True})
    await client.send_input({"type": "http.request", "body": body[half:]})
    start, content = await client.receive_output(timeout=20), await client.receive_output(timeout=20)
    await client.wait(timeout=20)
    return start["status"], content["body"]


async def nobody(*_asgi: Any) -> None:
    raise AssertionError("what is not a delivery goes on")


@pytest.mark.parametrize("secret", [None, "", "another"])
def test_without_the_secret_nothing_is_taken_in(bring: Bring, secret: str | None) -> None:
    """S14: 403 and not a row."""
    assert bring(UPDATE, secret=secret)[0] == 403
    assert InboundMessage.objects.count() == 0


def test_an_installation_without_a_secret_takes_nothing_in(bring: Bring, settings: Any) -> None:
    """S14: an empty secret opens nothing."""
    settings.TELEGRAM_WEBHOOK_SECRET = ""
    assert bring(UPDATE, secret="")[0] == 403


def test_only_post_is_answered() -> None:
    assert Client().get(PATH).status_code == 405


def test_what_cannot_be_an_update_is_taken_and_left(bring: Bring) -> None:
    for body in ("not json", "[]", '{"update_id": "1"}', '{"a": NaN}'):
        assert bring(body) == (200, None)
    assert InboundMessage.objects.count() == 0


def test_a_body_over_the_limit_is_refused(bring: Bring) -> None:
    """S14: at most 256 KB."""
    assert bring({"update_id": 1, "x": "a" * 300_000})[0] == 413


def test_a_press_is_answered_in_the_response_and_again_when_it_comes_again(bring: Bring, desk: Desk) -> None:
    """S4-20: the answer costs no call; a repeat gets the same."""
    ticket = desk.open()
    desk.telegram.acts.press(IVAN, "Взять в работу")
    (update,) = desk.telegram.waiting
    first, second = bring(update), bring(update)
    assert first == second
    assert first[1] == {
        "method": "answerCallbackQuery",
        "callback_query_id": update["callback_query"]["id"],
        "text": "Взята в работу",
        "show_alert": False,
    }
    ticket.refresh_from_db()
    assert ticket.version == 1
    assert Ticket.objects.get().executor == desk.ivan


def test_a_forged_press_on_a_foreign_ticket_changes_nothing(bring: Bring, desk: Desk) -> None:
    """S14: rights come from who presses, never from what the button says."""
    desk.open()
    forged = {
        "update_id": 77,
        "callback_query": {"id": "9", "from": {"id": 101}, "data": "t:take:1:0", "chat_instance": "1"},
    }
    _status, answer = bring(forged)
    assert answer["text"] == "У вас нет прав на эту заявку"
    assert Ticket.objects.get().version == 0


def test_a_delivery_that_fails_is_to_come_again(bring: Bring, desk: Desk, settings: Any) -> None:
    """S4-20: whatever goes wrong with us, Telegram is not told that it was taken in, and nothing of it is kept."""
    settings.OUTBOX_HANDLERS = {}  # nobody can be answered
    desk.telegram.acts.write(IVAN, "Сломался принтер")
    (update,) = desk.telegram.waiting
    with suppress(UnknownTopic):  # Django's client hands it on, where the web process answers 500
        assert bring(update)[0] == 500
    assert InboundMessage.objects.count() == 0
