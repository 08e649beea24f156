"""Cards and messages that come when the world has gone on: another chat, another executor, other rights."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection

from accounts import clock
from accounts.models import User
from tests.integration.telegram.desk import AUTHOR, IVAN, MARIA, STRANGER, Desk, first_line
from tests.integration.tickets.desk import do
from tickets.lifecycle import Verb
from tickets.models import CategoryExecutor, TicketCategory
from tickets.services import clockwork, creation, executors, linking, notices, talk

pytestmark = pytest.mark.django_db


def test_a_card_follows_its_person_into_another_chat_and_tells_the_old_one_nothing(desk: Desk) -> None:
    """S15: whoever reads the chat that the account had before is nobody any more."""
    ticket = desk.open()
    desk.press(IVAN, "Взять в работу")
    desk.say(STRANGER, linking.issue(person=desk.ivan).command)
    desk.press(STRANGER, "Привязать")
    do(ticket, Verb.EDIT, desk.author, description="Ключ под ковриком")
    do(ticket, Verb.DEFER, User.objects.get(pk=desk.ivan.pk))
    desk.settle()
    assert not any("Ключ под ковриком" in text for text in desk.texts(IVAN))
    assert "Ключ под ковриком" in desk.card(STRANGER, ticket).content["text"]
    assert desk.press(STRANGER, "Вернуть в работу") == "Возвращена из отложенных"


def test_who_serves_the_category_no_more_is_left_a_card_without_words_and_buttons(desk: Desk) -> None:
    """T13: what is told of the ticket from now on is not for them; who comes back sees it again."""
    ticket = desk.open()
    executors.remove(seat=CategoryExecutor.objects.get(user=desk.maria))
    do(ticket, Verb.EDIT, desk.author, description="Ключ под ковриком")
    desk.settle()
    assert desk.card(MARIA, ticket).content["text"] == f"Заявка №{ticket.number} больше не ваша"
    assert desk.card(MARIA, ticket).buttons == []
    desk.add_executor(desk.maria)
    do(ticket, Verb.EDIT, desk.author, description="Ключ у вахтёра")
    desk.settle()
    assert "Ключ у вахтёра" in desk.card(MARIA, ticket).content["text"]
    assert desk.buttons(MARIA) == ["Взять в работу", "Подробнее"]


def test_what_waits_to_be_sent_is_not_sent_to_who_may_not_see_the_ticket_any_more(desk: Desk) -> None:
    """S21: rights count when a message goes out, not when it was written."""
    ticket = desk.open()
    desk.telegram.acts.press(MARIA, "Подробнее")
    desk._handle_waiting()
    talk.comment(actor=desk.author, ticket_id=ticket.pk, text="Ключ под ковриком")
    before = len(desk.texts(MARIA))
    executors.remove(seat=CategoryExecutor.objects.get(user=desk.maria))
    desk.settle()
    assert len(desk.texts(MARIA)) == before
    assert "Ключ под ковриком" in desk.texts(IVAN)[-1]


def test_a_ticket_that_was_shown_is_shown_once_more_when_it_is_asked_for(desk: Desk) -> None:
    """S4-19, S4-23: the seed's Test 3 sends, and does not only say so."""
    ticket = desk.open()
    before = len(desk.telegram.messages_to(IVAN))
    notices.show_again(ticket, desk.ivan.pk, IVAN, key="test:1")
    desk.settle()
    assert len(desk.telegram.messages_to(IVAN)) == before + 1
    call_command("test_executor_notifications", dry_run=True)


def test_a_title_that_only_begins_like_the_text_takes_nothing_from_it(desk: Desk) -> None:
    ticket = creation.create(
        author=desk.author, category_id=desk.category.pk, title="Принтер", description="Принтеры не печатают"
    )
    desk.settle()
    assert "Принтеры не печатают" in desk.card(IVAN, ticket).content["text"]
    assert desk.open("Кран\nтечёт на кухне").title == "Кран"
    assert desk.texts(IVAN)[-1].count("Кран") == 1


def test_messages_that_come_late_tell_what_happened_and_not_how_it_is_by_now(desk: Desk) -> None:
    """S4-7: each stage as it was, in its order, however long Telegram was away."""
    ticket = desk.open()
    for verb in (Verb.TAKE, Verb.DEFER, Verb.RESUME, Verb.RELEASE):
        do(ticket, verb, desk.ivan)
    do(ticket, Verb.TAKE, desk.maria)
    desk.settle()
    told = desk.texts(AUTHOR)
    assert any(text.endswith("взял в работу Иван") for text in told)
    assert any(text.endswith("взял в работу Мария") for text in told)
    assert any("отложена до " in text and text[-1].isdigit() for text in told)


def test_a_reminder_that_comes_too_late_is_not_sent(desk: Desk) -> None:
    """S4-7: nobody is asked for what has been done meanwhile."""
    TicketCategory.objects.update(offer_again_seconds=10)
    ticket = desk.open()
    desk.moved += 20
    clock.shift(connection, desk.moved)
    clockwork.move_time()
    do(ticket, Verb.TAKE, desk.ivan)
    desk.settle()
    assert not any("всё ещё ждёт" in text for text in desk.texts(MARIA))
    assert "В работе: Иван" in desk.card(MARIA, ticket).content["text"]
    assert first_line(desk.card(MARIA, ticket)) == f"Заявка №{ticket.number} · В работе"
