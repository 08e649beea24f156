"""Telegram is there but down: its gateway answers 502, 503 or 504 in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.db import connection

from accounts import clock
from integrations import counters, outbox, relay
from integrations.errors import CircuitOpen
from integrations.models import OutboxMessage
from integrations.telegram import delivery, outages
from integrations.telegram.errors import Away
from tests.fakes.bot_api import Answer, BotAPI, refusal

pytestmark = pytest.mark.django_db

PAGE = b"<html><h1>502 Bad Gateway</h1></html>"


class Sender:
    """Delivers what is due, later and later; a rest that Valkey keeps is over by then."""

    def __init__(self, lift: Callable[[], None]) -> None:
        self.lift = lift
        self._moved = 0

    def deliver(self, after: int = 0) -> int:
        """After so many seconds."""
        if after:
            self.lift()
        self._moved += after
        clock.shift(connection, self._moved)
        return relay.deliver_due(queue="notifications")


@pytest.fixture
def sender(telegram: BotAPI, lift_pause: Callable[[], None]) -> Iterator[Sender]:
    yield Sender(lift_pause)
    clock.shift(connection, 0)


def put(text: str, chat: int = 5) -> None:
    payload = {"chatId": chat, "text": text}
    outbox.add(topic="telegram.send", payload=payload, ordering_key=str(chat), queue="notifications")


def down(times: int, status: int = 502) -> list[Answer]:
    return [Answer(status, page=PAGE)] * times


def states() -> list[tuple[str, int]]:
    return list(OutboxMessage.objects.order_by("rank_at", "id").values_list("state", "tries"))


@pytest.mark.parametrize("status", [502, 503, 504, 521])
def test_what_is_sent_while_telegram_is_down_waits_and_arrives_once(
    telegram: BotAPI, sender: Sender, status: int
) -> None:
    """S4-18: more such answers than tries, and nothing in the list of dead messages."""
    telegram.plan("sendMessage", *down(10, status))
    put("one")
    put("two")
    sender.deliver()
    for _again in range(9):
        assert telegram.texts_to(5) == []
        sender.deliver(after=70)
    assert states() == [("waiting", 1), ("waiting", 0)]
    assert OutboxMessage.objects.filter(error__details__cause="telegram_away").count() == 1

    sender.deliver(after=70)
    assert telegram.texts_to(5) == ["one", "two"]
    assert {state for state, _tries in states()} == {"sent"}
    assert outbox.dead().count() == 0


def test_the_whole_bot_rests_meanwhile(telegram: BotAPI, sender: Sender) -> None:
    """S4-20: nobody hammers on a gateway."""
    telegram.plan("sendMessage", *down(20))
    put("one")
    for _time in range(8):
        assert sender.deliver(after=70) == 1
    put("another", chat=6)
    sender.deliver()
    assert OutboxMessage.objects.filter(ordering_key="6", error__code="rate_limited").exists()  # and was not even sent


def test_an_outage_is_counted_as_telegram_being_away(telegram: BotAPI, sender: Sender) -> None:
    before = counters.read("telegram_away") or 0
    telegram.plan("sendMessage", *down(3))
    put("one")
    for _time in range(3):
        sender.deliver(after=70)
    assert (counters.read("telegram_away") or 0) - before == 3


def test_a_message_that_alone_brings_the_gateway_down_ends_after_three_tries(telegram: BotAPI, sender: Sender) -> None:
    """S4-18: where others go through, Telegram is not down, and one message must not keep them all back."""
    put("poison")
    for number in range(3):
        telegram.plan("sendMessage", *down(1))
        sender.deliver(after=70)
        put(f"fine {number}", chat=6)
        sender.deliver()
    assert telegram.texts_to(6) == ["fine 0", "fine 1", "fine 2"]
    assert OutboxMessage.objects.get(ordering_key="5").state == "dead"


def test_others_go_before_the_message_that_met_the_outage(telegram: BotAPI, sender: Sender) -> None:
    """The first that goes through says that it is over."""
    telegram.plan("sendMessage", *down(3))
    put("met it")
    for _time in range(3):
        sender.deliver(after=70)
    put("other", chat=6)
    sender.deliver()
    waiting = OutboxMessage.objects.filter(state="waiting").order_by("available_at")
    assert [one.ordering_key for one in waiting] == ["6", "5"]
    sender.deliver(after=70)
    assert telegram.texts_to(5) + telegram.texts_to(6) == ["met it", "other"]


def test_telegrams_own_word_about_a_request_is_a_try_also_in_an_outage(telegram: BotAPI, sender: Sender) -> None:
    """S4-18: three tries for what Telegram answers."""
    telegram.plan("sendMessage", *down(2), *[refusal(500, "Internal Server Error")] * 3)
    put("hi")
    for _time in range(5):
        sender.deliver(after=70)
    assert states() == [("dead", 3)]


def test_a_file_waits_while_messages_do(telegram: BotAPI, sender: Sender) -> None:
    """S4-18: fetching is no try either during an outage, but what fails with files alone is none."""
    telegram.plan("getMe", *down(2))
    with pytest.raises(Away):
        delivery.ask(lambda client: client.name())
    telegram.plan("sendMessage", *down(2))
    put("hi")
    sender.deliver()
    sender.deliver(after=70)
    sender.lift()
    with pytest.raises(CircuitOpen):
        delivery.ask(lambda client: client.name())


def test_a_rest_doubles_up_to_a_minute() -> None:
    assert [outages.rest_after(row) for row in (1, 2, 3, 4, 5, 6, 7, 10_000)] == [None, 5, 10, 20, 40, 60, 60, 60]
