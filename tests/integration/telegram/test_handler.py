"""What an update causes in the database, whoever brings it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts import clock
from accounts.services import create_user, deactivate_user
from integrations import inbox
from integrations.models import Event, InboundMessage, OutboxMessage
from tickets.models import Contact
from tickets.telegram import handler

pytestmark = pytest.mark.django_db

BOT = "77"


def message(update_id: int = 1, *, sender: int = 5, chat: int | None = None, **fields: Any) -> dict[str, Any]:
    kind = "private" if chat is None else "supergroup"
    return {
        "update_id": update_id,
        "message": {
            "message_id": 1,
            "date": 1,
            "chat": {"id": chat or sender, "type": kind},
            "from": {"id": sender, "is_bot": False, "first_name": "A", "language_code": "ru"},
            "text": "/start",
            **fields,
        },
    }


def answers() -> list[str]:
    return [row.payload["text"] for row in OutboxMessage.objects.order_by("rank_at")]


def test_a_person_whose_telegram_is_linked_is_greeted_by_name() -> None:
    """S4-14: /start of a linked person."""
    create_user(username="anna", password=None, name="Анна", telegram_id=5)
    handler.handle(message(sender=5), bot_id=BOT)
    (text,) = answers()
    assert "Анна" in text
    assert "anna" in text


def test_a_stranger_learns_their_id() -> None:
    handler.handle(message(sender=5), bot_id=BOT)
    (text,) = answers()
    assert text.startswith("Пользователь не найден\n")
    assert "<code>5</code>" in text


def test_what_a_stranger_writes_is_a_message_of_a_client() -> None:
    """S2-2: who is no user is a contact, found or made, and what they write is an event, once per update."""
    for number in (1, 1, 2):
        handler.handle(message(number, text="здравствуйте"), bot_id=BOT)
    told = list(Event.objects.filter(name="message.received").order_by("at"))
    contact = Contact.objects.get(telegram_id=5)
    assert [(event.subject, event.payload["text"]) for event in told] == [(str(contact.pk), "здравствуйте")] * 2
    assert not OutboxMessage.objects.exclude(topic="event.arrived").exists()


def test_a_command_of_a_stranger_is_answered() -> None:
    handler.handle(message(text="/my"), bot_id=BOT)
    assert answers()[0].startswith("Пользователь не найден")


def test_a_deactivated_person_is_a_stranger() -> None:
    """S17: who was shut out is shut out here as well."""
    deactivate_user(user=create_user(username="anna", password=None, telegram_id=5))
    handler.handle(message(sender=5), bot_id=BOT)
    assert answers()[0].startswith("Пользователь не найден")


def test_who_asks_is_told_by_the_sender_and_not_by_what_is_forwarded() -> None:
    """S14: names, contacts and forwarded messages in the update are no identity."""
    create_user(username="anna", password=None, telegram_id=5)
    forwarded: dict[str, Any] = {
        "forward_origin": {"type": "user", "sender_user": {"id": 5}},
        "contact": {"user_id": 5},
    }
    handler.handle(message(sender=6, **forwarded), bot_id=BOT)
    assert answers()[0].startswith("Пользователь не найден")


def test_the_answer_goes_to_the_chat_in_order_and_by_the_queue_of_notifications() -> None:
    handler.handle(message(sender=5), bot_id=BOT)
    row = OutboxMessage.objects.get()
    assert (row.topic, row.queue, row.ordering_key) == ("telegram.send", "notifications", "5")
    assert row.payload["chatId"] == 5


@pytest.mark.parametrize(
    "update",
    [
        message(sender=5, chat=-100),
        {"update_id": 1, "message": {"chat": {"id": 5, "type": "private"}, "text": "/start"}},
        {"update_id": 1, "edited_message": message()["message"]},
        {"update_id": 1, "message": {"chat": "of another shape"}},
        message(text="a\x00b"),
    ],
)
def test_every_other_update_is_noted_and_left_alone(update: dict[str, Any]) -> None:
    handler.handle(update, bot_id=BOT)
    assert InboundMessage.objects.get().external_id == "77:1"
    assert answers() == []


def test_an_update_that_comes_again_changes_nothing() -> None:
    """S4-20: an update is handled once."""
    for _delivery in range(3):
        handler.handle(message(), bot_id=BOT)
    assert len(answers()) == 1
    assert InboundMessage.objects.count() == 1


def test_another_bot_may_count_its_updates_the_same() -> None:
    handler.handle(message(), bot_id=BOT)
    handler.handle(message(), bot_id="78")
    assert len(answers()) == 2


def test_nothing_is_noted_of_an_update_whose_effect_failed(settings: Any) -> None:
    """S4-20: id and effect are one transaction, so the update can be handled again."""
    handlers = settings.OUTBOX_HANDLERS
    settings.OUTBOX_HANDLERS = {}
    with pytest.raises(Exception, match="unknown_topic"):
        handler.handle(message(), bot_id=BOT)
    assert InboundMessage.objects.count() == 0
    settings.OUTBOX_HANDLERS = handlers
    handler.handle(message(), bot_id=BOT)
    assert len(answers()) == 1


def test_deliveries_are_forgotten_when_no_sender_repeats_them_any_more() -> None:
    InboundMessage.objects.create(source="telegram", external_id="old", received_at=timezone.now() - timedelta(days=31))
    handler.handle(message(), bot_id=BOT)
    assert inbox.prune(100) == 1
    assert InboundMessage.objects.get().external_id == "77:1"
    clock.shift(connection, 31 * 86400)
    try:
        assert inbox.prune(100) == 1
    finally:
        clock.shift(connection, 0)
