"""A ticket's way through the chats of its author and its executors, from the first message to the last."""

from __future__ import annotations

import pytest

from tests.integration.telegram.desk import AUTHOR, IVAN, MARIA, STRANGER, Desk, first_line, person
from tickets.lifecycle import Status
from tickets.models import Card, CategoryExecutor, Presence, Ticket, TicketComment, TicketEvent
from tickets.services import talk
from tickets.telegram import cards, lengths, pings

pytestmark = pytest.mark.django_db

RIGHTS = "У вас нет прав на эту заявку"


def test_author_and_all_executors_are_told_of_a_new_ticket(desk: Desk) -> None:
    """S4-1, S4-2: both sides, with the seed's buttons."""
    ticket = desk.open()
    assert first_line(desk.card(AUTHOR, ticket)) == f"Заявка №{ticket.number} создана"
    for executor in (IVAN, MARIA):
        assert first_line(desk.card(executor, ticket)) == f"🆕 Новая заявка №{ticket.number}"
        assert desk.buttons(executor) == ["Взять в работу", "Подробнее"]
    assert desk.texts(STRANGER) == []


def test_the_whole_cycle_is_done_by_buttons(desk: Desk) -> None:
    """R3-17, S4-3, S4-5, S4-6, S4-7, S4-8: taken, handed in, confirmed, each told to the other side."""
    ticket = desk.open()
    desk.press(IVAN, "Взять в работу")
    assert f"Заявку №{ticket.number} взял в работу Иван" in desk.texts(AUTHOR)
    assert desk.buttons(IVAN) == ["Отложить", "На подтверждение", "Подробнее"]
    assert "В работе: Иван" in desk.card(MARIA, ticket).content["text"]
    assert desk.buttons(MARIA) == ["Подробнее"]
    desk.press(IVAN, "На подтверждение")
    assert first_line(desk.card(AUTHOR, ticket)) == f"Заявка №{ticket.number} выполнена. Проверьте"
    assert desk.buttons(AUTHOR) == ["Подтвердить выполнение", "Вернуть в работу", "Подробнее"]
    desk.press(AUTHOR, "Подтвердить выполнение")
    ticket.refresh_from_db()
    assert ticket.status_id == 5
    assert f"Автор подтвердил №{ticket.number}" in desk.texts(IVAN)
    assert desk.buttons(AUTHOR) == ["1 ⭐", "2 ⭐", "3 ⭐", "4 ⭐", "5 ⭐", "Открыть снова"]
    desk.press(AUTHOR, "5 ⭐")
    ticket.refresh_from_db()
    assert ticket.rating == 5


def test_a_ticket_is_put_off_moved_and_taken_up_again(desk: Desk) -> None:
    """S4-4: one press puts it off, a second moves the term, a third takes it up; the author is told."""
    ticket = desk.open()
    desk.press(IVAN, "Взять в работу")
    desk.press(IVAN, "Отложить")
    assert any(text.startswith(f"Заявка №{ticket.number} отложена до") for text in desk.texts(AUTHOR))
    assert desk.buttons(IVAN) == ["Вернуть в работу", "1 час", "Завтра", "3 дня", "Неделя", "Подробнее"]
    until = Ticket.objects.get().deferred_until
    desk.press(IVAN, "Неделя")
    later = Ticket.objects.get().deferred_until
    assert until is not None
    assert later is not None
    assert later > until
    desk.press(IVAN, "Вернуть в работу")
    assert Ticket.objects.get().state is Status.IN_WORK


def test_returned_work_asks_the_author_why_and_the_answer_reaches_the_holder(desk: Desk) -> None:
    """S4-6: the reason is bound to the question it answers, whatever comes in between."""
    ticket = desk.open()
    desk.press(IVAN, "Взять в работу")
    desk.press(IVAN, "На подтверждение")
    desk.press(AUTHOR, "Вернуть в работу")
    question = next(one for one in desk.telegram.messages_to(AUTHOR) if one.asks_reply)
    assert question.content["text"] == f"Заявка №{ticket.number}. Что не так? Ответьте на это сообщение"
    desk.say(AUTHOR, "Не печатает в цвете", reply_to=question.id)
    assert any("Не печатает в цвете" in text for text in desk.texts(IVAN))
    assert Ticket.objects.get().events.get(verb="return").reason == "Не печатает в цвете"
    assert Ticket.objects.count() == 1


def test_a_stranger_learns_nothing_and_a_foreigner_has_no_rights(desk: Desk) -> None:
    """S4-16: the seed's words. A foreign ticket and one that does not exist are told alike."""
    ticket = desk.open()
    card = desk.card(IVAN, ticket)
    take = card.buttons[0]["callback_data"]
    assert desk.press(STRANGER_CHAT(desk), "", data=take).startswith("Пользователь не найден")
    person("petr", "Пётр", STRANGER)
    assert desk.press(STRANGER, "", data=take) == RIGHTS
    assert desk.press(STRANGER, "", data="t:take:zzz:0") == RIGHTS
    assert Ticket.objects.get().state is Status.CREATED


def STRANGER_CHAT(desk: Desk) -> int:  # noqa: N802 - a person with a message to press on
    desk.say(STRANGER, "/start")
    return STRANGER


@pytest.mark.parametrize(("data", "told"), [("t:take:!:0", "Заявка не найдена"), ("x:1", "Кнопка устарела")])
def test_a_button_of_another_form_changes_nothing(desk: Desk, data: str, told: str) -> None:
    desk.open()
    assert desk.press(IVAN, "", data=data) == told
    assert Ticket.objects.get().version == 0


def test_a_button_of_an_earlier_state_says_how_the_ticket_stands_now(desk: Desk) -> None:
    """S4-20: it is the button that is out of date; where there is none, nobody speaks of one."""
    ticket = desk.open()
    desk.press(IVAN, "Взять в работу")
    defer = desk.card(IVAN, ticket).buttons[0]["callback_data"]
    desk.press(IVAN, "На подтверждение")
    assert desk.press(IVAN, "", data=defer) == "Кнопка устарела: сейчас заявка «На подтверждении»"
    assert Ticket.objects.get().state is Status.ON_CONFIRMATION


def test_who_comes_second_is_told_who_was_first_and_sees_the_card_of_today(desk: Desk) -> None:
    """S4-3, S4-20: one winner; the loser's card is brought to today."""
    ticket = desk.open()
    stale = desk.card(MARIA, ticket).buttons[0]["callback_data"]
    desk.press(IVAN, "Взять в работу")
    assert desk.press(MARIA, "", data=stale).startswith("Заявку уже взял(а): Иван, ")
    assert desk.telegram.emulator.world.people[MARIA].toasts[-1]["alert"]
    assert desk.press(IVAN, "", data=stale) == "Вы уже взяли эту заявку"
    assert not desk.telegram.emulator.world.people[IVAN].toasts[-1]["alert"]


def test_an_old_confirmation_does_not_confirm_the_second_round(desk: Desk) -> None:
    """S4-20: the version of the button must be the ticket's."""
    ticket = desk.open()
    desk.press(IVAN, "Взять в работу")
    desk.press(IVAN, "На подтверждение")
    old = desk.card(AUTHOR, ticket).buttons[0]["callback_data"]
    desk.press(AUTHOR, "Вернуть в работу")
    desk.press(IVAN, "На подтверждение")
    assert desk.press(AUTHOR, "", data=old) == "Заявка изменилась, проверьте и нажмите ещё раз"
    assert Ticket.objects.get().state is Status.ON_CONFIRMATION


def test_the_limit_is_told_with_its_numbers(desk: Desk) -> None:
    """S4-13: the next ticket has to wait."""
    CategoryExecutor.objects.filter(user=desk.ivan).update(max_tickets=1)
    desk.open("первая")
    desk.open("вторая")
    desk.press(IVAN, "Взять в работу")
    told = desk.press(IVAN, "Взять в работу")
    assert told == "У вас в работе 1 из 1 заявок. Завершите одну, чтобы взять новую"


def test_more_shows_the_whole_ticket_with_its_history(desk: Desk) -> None:
    """S4-9: text, people, history and the buttons of today."""
    ticket = desk.open("Принтер <b>не</b> печатает & мигает")
    desk.press(IVAN, "Взять в работу")
    desk.press(IVAN, "Подробнее")
    text = desk.texts(IVAN)[-1]
    for part in ("Принтер <b>не</b> печатает & мигает", "Статус: В работе", "Категория: Ремонт", "Анна", "История"):
        assert part in text
    assert desk.buttons(IVAN) == ["Отложить", "На подтверждение"]
    desk.press(IVAN, "На подтверждение")
    assert Ticket.objects.get(pk=ticket.pk).state is Status.ON_CONFIRMATION
    assert not desk.telegram.messages_to(IVAN)[-1].buttons or desk.buttons(IVAN)[0] != "Отложить"


def test_more_shows_the_newest_of_a_ticket_that_has_been_talked_about_for_long(desk: Desk) -> None:
    """S4-9: Telegram refuses a message that is too long, and whoever asked for more would get nothing."""
    ticket = desk.open("Принтер\n" + "очень длинная жалоба " * 200)
    for number in range(15):
        talk.comment(actor=desk.author, ticket_id=ticket.pk, text=f"{number}. " + "слова " * 60)
    desk.settle()
    desk.press(IVAN, "Подробнее")
    text = desk.texts(IVAN)[-1]
    assert "14. слова" in text
    assert "Статус: Создана" in text
    assert 3000 < len(text) <= 4096


def test_words_of_signs_that_count_twice_do_not_keep_a_card_or_a_message_away(desk: Desk) -> None:
    """Telegram counts as UTF-16 does: three thousand emoji are six thousand signs."""
    ticket = desk.open("Праздник\n" + "🎉" * 3000)
    line = ticket.events.get(verb="create")
    TicketEvent.objects.filter(pk=line.pk).update(reason="🎉" * 3000)
    line.refresh_from_db()
    texts = [cards.card(ticket, desk.ivan)[0], cards.details(ticket, desk.ivan)[0]]
    texts.append(pings.message(ticket, line, "returned", desk.ivan)[0])
    assert all(1000 < lengths.shown(text) <= lengths.MESSAGE for text in texts)


def test_an_answer_to_a_card_is_a_comment_for_the_other_side(desk: Desk) -> None:
    ticket = desk.open()
    desk.press(IVAN, "Взять в работу")
    desk.say(IVAN, "Какой этаж?", reply_to=desk.card(IVAN, ticket).id)
    assert any("Какой этаж?" in text and "Иван" in text for text in desk.texts(AUTHOR))
    question = desk.telegram.messages_to(AUTHOR)[-1]
    desk.say(AUTHOR, "Третий", reply_to=question.id)
    assert any("Третий" in text for text in desk.texts(IVAN))
    assert TicketComment.objects.count() == 2


def test_a_button_under_a_message_that_telegram_cannot_show_works(desk: Desk) -> None:
    """S4-20: `InaccessibleMessage`."""
    desk.open()
    assert desk.press(IVAN, "Взять в работу", gone=True) == "Взята в работу"


def test_a_card_that_the_person_deleted_comes_again_while_there_is_something_to_press(desk: Desk) -> None:
    ticket = desk.open()
    card = desk.card(IVAN, ticket)
    desk.telegram.acts.delete_message(IVAN, card.id)
    desk.press(MARIA, "Взять в работу")
    assert desk.card(IVAN, ticket).id != card.id
    assert desk.buttons(IVAN) == ["Подробнее"]


def test_who_blocks_the_bot_is_noted_and_written_to_again_after_start(desk: Desk) -> None:
    """S4-12, S4-20: 403 is noted once, nobody else waits for it, /start ends it."""
    desk.telegram.acts.block(MARIA)
    desk.telegram.updates.waiting = []  # Telegram's word of it has got lost
    desk.open()
    assert not Presence.objects.get(person=desk.maria).reachable
    assert desk.buttons(IVAN) == ["Взять в работу", "Подробнее"]
    sent = len(desk.telegram.emulator.calls_of("sendMessage"))
    desk.press(IVAN, "Взять в работу")
    assert all(call.values["chat_id"] != str(MARIA) for call in desk.telegram.emulator.calls_of("sendMessage")[sent:])
    desk.telegram.acts.block(MARIA, blocked=False)
    desk.settle()
    assert Presence.objects.get(person=desk.maria).reachable


def test_a_redelivered_press_is_answered_the_same_and_does_nothing_twice(desk: Desk) -> None:
    """S4-20: the answer is kept with the update."""
    desk.open()
    desk.telegram.updates.doubled = 1
    desk.telegram.acts.press(IVAN, "Взять в работу")
    assert len(desk.telegram.waiting) == 2
    desk.settle()
    assert Ticket.objects.get().version == 1
    answers = [call.values["text"] for call in desk.telegram.emulator.calls_of("answerCallbackQuery")]
    assert answers == ["Взята в работу"] * 2


def test_cards_know_which_message_shows_what(desk: Desk) -> None:
    ticket = desk.open()
    desk.press(IVAN, "Взять в работу")
    ticket.refresh_from_db()
    cards = Card.objects.filter(ticket=ticket)
    assert {card.person_id for card in cards} == {desk.author.pk, desk.ivan.pk, desk.maria.pk}
    assert {card.shown for card in cards} == {ticket.version}
    assert desk.card(IVAN, ticket).id in {card.message_id for card in cards}


def test_everybody_reads_in_their_own_language(desk: Desk) -> None:
    desk.say(IVAN, "/lang en")
    desk.say(MARIA, "/lang pt")
    desk.ivan.refresh_from_db()
    desk.maria.refresh_from_db()
    assert (desk.ivan.language, desk.maria.language) == ("en", "pt-br")


def test_an_executor_is_offered_the_two_buttons_of_the_seed_and_the_author_none_of_them(desk: Desk) -> None:
    """S4-2: «Взять в работу» and «Подробнее», in this order, for who may take it."""
    desk.open()
    assert desk.buttons(IVAN) == ["Взять в работу", "Подробнее"]
    assert desk.buttons(AUTHOR) == ["Подробнее", "Отменить"]


def test_handing_in_asks_the_author_in_a_message_of_its_own(desk: Desk) -> None:
    """S4-5: «На подтверждение» brings the request as a new message, which makes a sound."""
    ticket = desk.open()
    desk.press(IVAN, "Взять в работу")
    before = desk.card(AUTHOR, ticket).id
    assert desk.press(IVAN, "На подтверждение") == "Отправлена на подтверждение"
    request = desk.telegram.messages_to(AUTHOR)[-1]
    assert request.id > before
    assert [button["text"] for button in request.buttons][:2] == ["Подтвердить выполнение", "Вернуть в работу"]


def test_a_message_that_does_not_reach_an_executor_is_a_line_that_can_be_searched_for(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    """S4-22: the seed's words with the ids of ticket and executor; its `grep -E` finds it."""
    desk.telegram.acts.block(MARIA)
    desk.telegram.updates.waiting = []
    ticket = desk.open()
    (line,) = [line for line in caplog.messages if "Failed to send notification to executor" in line]
    for fact in (f"'ticket': {ticket.pk}", f"'executor': {desk.maria.pk}", "telegram_blocked", "workflow"):
        assert fact in line
