"""Sending through the outbox: nothing is lost, and what can never arrive is not tried again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from accounts import clock
from integrations import outbox, relay
from integrations.models import OutboxMessage
from integrations.telegram.delivery import CHAT_BURST, CHAT_SECONDS
from tests.fakes.bot_api import BotAPI, refusal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def steady_clock() -> Iterator[None]:
    yield
    clock.shift(connection, 0)


def put(text: str, chat: int = 5) -> None:
    outbox.add(
        topic="telegram.send",
        payload={"chatId": chat, "text": text},
        ordering_key=str(chat),
        queue="notifications",
    )


def states() -> list[tuple[str, int]]:
    return list(OutboxMessage.objects.order_by("rank_at", "id").values_list("state", "tries"))


def test_a_message_goes_out_once(telegram: BotAPI) -> None:
    put("hi")
    assert relay.deliver_due(queue="notifications") == 1
    assert relay.deliver_due(queue="notifications") == 0
    assert telegram.texts_to(5) == ["hi"]
    assert states() == [("sent", 0)]


def test_a_person_who_blocked_the_bot_is_written_to_once(telegram: BotAPI) -> None:
    """S4-20: 403 ends a message at the first try; the next person gets theirs."""
    telegram.acts.block(5)
    put("hi")
    put("hi", chat=6)
    relay.deliver_due(queue="notifications")
    assert OutboxMessage.objects.filter(error__code="telegram_blocked").get().ordering_key == "5"
    assert states() == [("dead", 1), ("sent", 0)]


def test_a_text_that_telegram_refuses_is_not_tried_again(telegram: BotAPI) -> None:
    telegram.plan("sendMessage", refusal(400, "Bad Request: can't parse entities"))
    put("<")
    relay.deliver_due(queue="notifications")
    assert states() == [("dead", 1)]


def test_a_limit_makes_all_chats_wait_and_is_no_try(telegram: BotAPI) -> None:
    """S4-20: `retry_after` is obeyed by the whole bot."""
    telegram.plan("sendMessage", refusal(429, "Too Many Requests: retry after 600", retry_after=600))
    put("one", chat=5)
    put("two", chat=6)
    assert relay.deliver_due(queue="notifications") == 2
    assert telegram.sent == []
    assert states() == [("waiting", 0), ("waiting", 0)]
    clock.shift(connection, 590)
    assert relay.deliver_due(queue="notifications") == 0


def test_one_chat_is_not_flooded_and_others_do_not_wait_for_it(telegram: BotAPI) -> None:
    for number in range(5):
        put(str(number))
    put("other", chat=6)
    began = time.monotonic()
    relay.deliver_due(queue="notifications")
    passed = time.monotonic() - began
    sent = telegram.texts_to(5)
    assert sent == ["0", "1", "2", "3", "4"][: len(sent)]
    assert CHAT_BURST <= len(sent) <= CHAT_BURST + passed / CHAT_SECONDS  # of which a slow machine lets some go by
    assert telegram.texts_to(6) == ["other"]


def test_a_fault_of_telegram_is_a_try(telegram: BotAPI) -> None:
    """S4-18: three tries for what Telegram answers, then the list of dead messages."""
    telegram.plan("sendMessage", *[refusal(500, "Internal Server Error")] * 3)
    put("hi")
    for shift in (0, 10, 100):
        clock.shift(connection, shift)
        relay.deliver_due(queue="notifications")
    assert states() == [("dead", 3)]


def test_without_a_connection_messages_wait_and_arrive_later_in_order(
    telegram: BotAPI, settings: Any, lift_pause: Callable[[], None]
) -> None:
    """S4-18: being away is no try, however long it takes."""
    settings.TELEGRAM_API_BASE_URL = "http://127.0.0.1:9"
    put("one")
    put("two")
    relay.deliver_due(queue="notifications")
    assert states() == [("waiting", 0), ("waiting", 0)]
    assert OutboxMessage.objects.filter(error__details__cause="telegram_not_connected").count() == 1
    settings.TELEGRAM_API_BASE_URL = telegram.url
    lift_pause()
    clock.shift(connection, 60)
    relay.deliver_due(queue="notifications")
    assert telegram.texts_to(5) == ["one", "two"]


def test_messages_wait_for_a_valid_token(telegram: BotAPI, settings: Any, lift_pause: Callable[[], None]) -> None:
    good, settings.TELEGRAM_BOT_TOKEN = settings.TELEGRAM_BOT_TOKEN, "7654321:another"
    put("hi")
    relay.deliver_due(queue="notifications")
    assert states() == [("waiting", 0)]
    settings.TELEGRAM_BOT_TOKEN = good
    lift_pause()
    clock.shift(connection, 60)
    relay.deliver_due(queue="notifications")
    assert telegram.texts_to(5) == ["hi"]
