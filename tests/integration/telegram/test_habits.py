"""What people do in a chat without thinking: they correct what they wrote, answer too early, go away, change phones."""

from __future__ import annotations

import pytest

from accounts.models import User
from tests.integration.telegram.desk import AUTHOR, IVAN, MARIA, STRANGER, Desk, first_line
from tickets.lifecycle import Status
from tickets.models import Presence, Ticket
from tickets.services import linking

pytestmark = pytest.mark.django_db


def test_a_message_that_is_corrected_corrects_its_ticket_and_every_card(desk: Desk) -> None:
    """S4-10: the ticket says what its author's message says now; who has it in hand is told."""
    desk.say(AUTHOR, "Сломался прнтер")
    desk.press(IVAN, "Взять в работу")
    written = next(one for one in desk.telegram.emulator.world.chats[AUTHOR].values() if not one.from_bot)
    desk.telegram.acts.edit(AUTHOR, written.id, "Сломался принтер\nна третьем этаже")
    desk.settle()
    ticket = Ticket.objects.get()
    assert (ticket.title, ticket.state) == ("Сломался принтер", Status.IN_WORK)
    assert "на третьем этаже" in desk.card(MARIA, ticket).content["text"]
    assert f"Заявка №{ticket.number} изменена автором" in desk.texts(IVAN)
    desk.press(IVAN, "На подтверждение")
    desk.telegram.acts.edit(AUTHOR, written.id, "Совсем другое")
    desk.settle()
    assert Ticket.objects.get().title == "Сломался принтер"
    assert desk.texts(AUTHOR)[-1] == "Так уже нельзя: сейчас заявка «На подтверждении»"


def test_words_after_a_return_say_why_though_the_question_was_not_answered(desk: Desk) -> None:
    """S4-6: the question may come after the words; they open no ticket of their own. Later words do."""
    ticket = desk.open()
    desk.press(IVAN, "Взять в работу")
    desk.press(IVAN, "На подтверждение")
    desk.telegram.acts.press(AUTHOR, "Вернуть в работу")
    desk.telegram.acts.write(AUTHOR, "Мажет чернилами")
    desk.settle()
    assert Ticket.objects.get().events.get(verb="return").reason == "Мажет чернилами"
    assert any("Мажет чернилами" in text for text in desk.texts(IVAN))
    assert f"Передано по заявке №{ticket.number}" in desk.texts(AUTHOR)
    desk.say(AUTHOR, "А ещё не горит лампа")
    assert Ticket.objects.count() == 2


def test_who_goes_away_chooses_for_how_long_and_offers_their_tickets_to_others(desk: Desk) -> None:
    """R2-3: the pause is set by buttons; what was in hand is free again when its holder says so."""
    ticket = desk.open()
    desk.press(IVAN, "Взять в работу")
    desk.say(IVAN, "/pause")
    assert desk.buttons(IVAN) == ["1 час", "4 часа", "Сутки", "Снова присылать"]
    desk.press(IVAN, "4 часа")
    assert Presence.objects.get(person=desk.ivan).away_until is not None
    assert Ticket.objects.get().executor == desk.ivan
    assert desk.press(IVAN, "Предложить мои заявки другим") == "Предложено другим заявок: 1"
    assert Ticket.objects.get().state is Status.CREATED
    assert first_line(desk.card(MARIA, ticket)) == f"🆕 Новая заявка №{ticket.number}"
    desk.press(IVAN, "Снова присылать")
    assert Presence.objects.get(person=desk.ivan).away_until is None


def test_a_new_telegram_of_an_account_is_told_to_the_old_one(desk: Desk) -> None:
    """S4-15, S15: whoever reads the old chat learns that it is not theirs any more."""
    link = linking.issue(person=desk.ivan)
    desk.say(STRANGER, link.command)
    desk.press(STRANGER, "Привязать")
    assert User.objects.get(pk=desk.ivan.pk).telegram_id == STRANGER
    assert desk.texts(IVAN)[-1].startswith("Учётная запись ivan привязана к другому Telegram")


@pytest.mark.parametrize(
    ("code", "heading", "buttons", "category", "taken"),
    [
        ("en", "🆕 New ticket №{}", ["Take", "Details"], "Category: Ремонт", "In work: Мария, "),
        ("pt-br", "🆕 Novo chamado №{}", ["Assumir", "Detalhes"], "Categoria: Ремонт", "Em andamento: Мария, "),
    ],
)
def test_cards_and_buttons_speak_the_language_of_who_reads_them(
    desk: Desk, code: str, heading: str, buttons: list[str], category: str, taken: str
) -> None:
    """R2-18: one ticket, each side in their own language; labels mean nothing to the machine."""
    desk.say(IVAN, "/lang")
    assert desk.buttons(IVAN) == ["Русский", "English", "Português brasileiro"]
    desk.press(IVAN, {"en": "English", "pt-br": "Português brasileiro"}[code])
    ticket = desk.open()
    assert first_line(desk.card(IVAN, ticket)) == heading.format(ticket.number)
    assert desk.buttons(IVAN) == buttons
    assert category in desk.card(IVAN, ticket).content["text"]
    desk.press(MARIA, "Взять в работу")
    assert taken in desk.card(IVAN, ticket).content["text"]
