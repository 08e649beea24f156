"""What people say to each other through cards, and what they press twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from integrations.telegram.emulator.media import Upload
from tests.integration.telegram.desk import AUTHOR, IVAN, MARIA, STRANGER, Desk, person
from tests.integration.tickets.desk import do
from tickets.lifecycle import Verb
from tickets.models import Presence, TicketComment
from tickets.services import linking

pytestmark = pytest.mark.django_db


def test_words_go_on_without_a_file_that_is_too_large(desk: Desk) -> None:
    """A reply to a card is a comment; its file is asked for on the page, its words are not lost."""
    ticket = desk.open()
    desk.press(IVAN, "Взять в работу")
    large = [Upload("video.bin", b"0" * 20_000_001)]
    card = desk.card(AUTHOR, ticket).id
    desk.telegram.acts.send_files(AUTHOR, large, caption="Вот запись", photos=False, reply_to=card)
    desk.settle()
    assert [comment.text for comment in ticket.comments.all()] == ["Вот запись"]
    assert any("20 МБ" in text for text in desk.texts(AUTHOR))
    told = len(desk.texts(AUTHOR))
    desk.telegram.acts.send_files(AUTHOR, large, photos=False, reply_to=card)
    desk.settle()
    assert [text for text in desk.texts(AUTHOR)[told:] if text.startswith("Передано")] == []


def test_words_go_on_when_there_is_no_room_for_their_file(desk: Desk, settings: Any, tmp_path: Path) -> None:
    settings.ATTACHMENT_DIR, settings.ATTACHMENT_QUOTA_BYTES = str(tmp_path), 1
    ticket = desk.open()
    picture = [Upload("a.jpg", b"\xff\xd8\xff1")]
    desk.telegram.acts.send_files(AUTHOR, picture, caption="Вот так", reply_to=desk.card(AUTHOR, ticket).id)
    desk.settle()
    assert [comment.text for comment in ticket.comments.all()] == ["Вот так"]
    assert "Место для ваших файлов закончилось" in desk.texts(AUTHOR)


def test_a_question_about_a_free_ticket_and_its_answer_reach_those_who_may_take_it(desk: Desk) -> None:
    """While nobody has the ticket in hand, the other side are all to whom it was shown."""
    ticket = desk.open()
    desk.say(IVAN, "Какой кабинет?", reply_to=desk.card(IVAN, ticket).id)
    assert "Какой кабинет?" in desk.texts(AUTHOR)[-1]
    desk.say(AUTHOR, "Двенадцатый", reply_to=desk.telegram.messages_to(AUTHOR)[-1].id)
    for who in (IVAN, MARIA):
        assert any("Двенадцатый" in text for text in desk.texts(who))
    do(ticket, Verb.TAKE, desk.ivan)
    desk.say(AUTHOR, "Второй этаж", reply_to=desk.card(AUTHOR, ticket).id)
    assert any("Второй этаж" in text for text in desk.texts(IVAN))
    assert not any("Второй этаж" in text for text in desk.texts(MARIA))
    assert TicketComment.objects.count() == 3


def test_another_term_a_moment_later_is_another_wish_and_not_a_second_tap(desk: Desk) -> None:
    """S4-20: only the same press twice has been done already."""
    ticket = desk.open()
    desk.press(IVAN, "Взять в работу")
    desk.press(IVAN, "Отложить")
    terms = {button["text"]: button["callback_data"] for button in desk.card(IVAN, ticket).buttons}
    for term in ("1 час", "1 час", "Неделя"):
        desk.telegram.acts.press(IVAN, term, data=terms[term])
    desk.settle()
    assert desk.telegram.toasts_of(IVAN)[-3:] == [
        "Перенесён срок",
        "Уже сделано",
        "Заявка изменилась, проверьте и нажмите ещё раз",
    ]
    assert desk.press(IVAN, "Неделя") == "Перенесён срок"


def test_who_writes_can_be_written_to(desk: Desk) -> None:
    """S4-20: whatever made Telegram refuse before is over."""
    Presence.objects.create(person=desk.ivan, reachable=False, unreachable_reason="chat not found")
    desk.say(IVAN, "/my")
    assert Presence.objects.get(person=desk.ivan).reachable
    desk.open()
    assert desk.buttons(IVAN) == ["Взять в работу", "Подробнее"]


def test_a_command_may_name_the_bot(desk: Desk) -> None:
    """S4-14: some programs write `/start@bot`."""
    petr = person("petr", "Пётр", None)
    desk.say(STRANGER, linking.issue(person=petr).command.replace("/start", "/start@naryad_bot"))
    assert "petr" in desk.texts(STRANGER)[-1]
