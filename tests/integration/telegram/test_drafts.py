"""Tickets that are put together in the chat, at the limits and in troubles of Telegram."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from accounts import clock
from accounts.services import default_project
from integrations import relay
from integrations.models import OutboxMessage
from integrations.telegram.emulator.media import Upload
from tests.fakes.bot_api import refusal
from tests.integration.telegram.desk import AUTHOR, IVAN, Desk
from tickets.models import Ticket, TicketAttachment, TicketCategory

pytestmark = pytest.mark.django_db
PICTURE = Upload("a.jpg", b"\xff\xd8\xff1")


@pytest.fixture(autouse=True)
def _room(settings: Any, tmp_path: Path) -> None:
    settings.ATTACHMENT_DIR = str(tmp_path)


def deliver_later(desk: Desk, seconds: float) -> None:
    desk.lift()
    desk.moved += seconds
    clock.shift(connection, desk.moved)
    relay.deliver_due(queue="notifications")


def test_a_ticket_with_a_picture_waits_for_telegram_as_long_as_it_is_away(desk: Desk, settings: Any) -> None:
    """S4-18: fetching is no try either while there is no connection."""
    desk.telegram.acts.send_files(AUTHOR, [PICTURE], caption="Вот так выглядит")
    desk.telegram.acts.send_files(AUTHOR, [PICTURE], caption="И вот так")
    good, settings.TELEGRAM_API_BASE_URL = settings.TELEGRAM_API_BASE_URL, "http://127.0.0.1:9/bot"
    desk._handle_waiting()
    for _time in range(4):
        deliver_later(desk, 100)
    assert set(OutboxMessage.objects.values_list("state", "tries")) == {("waiting", 0)}
    settings.TELEGRAM_API_BASE_URL = good
    deliver_later(desk, 100)
    desk.settle()
    assert Ticket.objects.count() == TicketAttachment.objects.count() == 2


def test_files_that_are_away_keep_no_message_back(desk: Desk, settings: Any) -> None:
    """Their server may be another than that of messages."""
    desk.telegram.acts.send_files(AUTHOR, [PICTURE], caption="Вот так выглядит")
    good, settings.TELEGRAM_API_FILE_BASE_URL = settings.TELEGRAM_API_FILE_BASE_URL, "http://127.0.0.1:9/file/bot"
    desk._handle_waiting()
    deliver_later(desk, 100)
    assert OutboxMessage.objects.get().tries == 0
    desk.telegram.acts.write(IVAN, "/help")
    desk._handle_waiting()
    relay.deliver_due(queue="notifications")
    assert "/help" in desk.texts(IVAN)[-1]
    settings.TELEGRAM_API_FILE_BASE_URL = good
    deliver_later(desk, 100)
    desk.settle()
    assert TicketAttachment.objects.filter(ticket=Ticket.objects.get()).count() == 1


def test_a_ticket_is_opened_without_a_picture_that_telegram_fails_to_give_three_times(desk: Desk) -> None:
    """S4-10, S4-18: no ticket is lost with its file, and the author is told what is missing."""
    desk.telegram.plan("getFile", *[refusal(500, "Internal Server Error")] * 3)
    desk.telegram.acts.send_files(AUTHOR, [PICTURE], caption="Вот так выглядит")
    desk._handle_waiting()
    for _time in range(3):
        assert Ticket.objects.count() == 0
        deliver_later(desk, 100)
    desk.settle()
    assert Ticket.objects.get().title == "Вот так выглядит"
    assert any("Telegram не отдал файл" in text for text in desk.texts(AUTHOR))
    assert desk.buttons(IVAN) == ["Взять в работу", "Подробнее"]


def test_a_ticket_is_opened_without_files_for_which_there_is_no_room(desk: Desk, settings: Any) -> None:
    settings.ATTACHMENT_QUOTA_BYTES = 1
    desk.telegram.acts.send_files(AUTHOR, [PICTURE], caption="Вот так выглядит")
    desk.settle()
    assert Ticket.objects.get().title == "Вот так выглядит"
    assert "Место для ваших файлов закончилось" in desk.texts(AUTHOR)


def test_who_sends_more_files_than_a_ticket_takes_is_told(desk: Desk) -> None:
    """S36: ten with one ticket; none disappears without a word."""
    TicketCategory.objects.create(project=default_project(), name="Уборка")
    for _number in range(11):
        desk.telegram.acts.send_files(AUTHOR, [PICTURE])
    desk.settle()
    assert "Не больше 10 файлов за раз" in desk.texts(AUTHOR)
    desk.press(AUTHOR, "Уборка")
    assert TicketAttachment.objects.filter(ticket=Ticket.objects.get()).count() == 10


def test_many_categories_are_offered_page_by_page(desk: Desk) -> None:
    """S4-10: Telegram refuses a message with more than a hundred buttons."""
    for number in range(120):
        TicketCategory.objects.create(project=default_project(), name=f"Категория {number:03}")
    desk.say(AUTHOR, "Не печатает принтер")
    assert desk.buttons(AUTHOR)[-1] == "Дальше"
    for _page in range(3):
        desk.press(AUTHOR, "Дальше")
    assert desk.buttons(AUTHOR) == ["Ремонт"]
    desk.press(AUTHOR, "Категория 050")
    assert Ticket.objects.get().category.name == "Категория 050"


@pytest.mark.parametrize("data", ["n:+", "n:+-1", "n:+zzzzzzzzzzzzz", "n:++1"])
def test_a_forged_page_is_an_old_button(desk: Desk, data: str) -> None:
    desk.say(AUTHOR, "/help")
    assert desk.press(AUTHOR, "", data=data) == "Кнопка устарела"


def test_words_after_the_command_are_those_of_the_ticket(desk: Desk) -> None:
    """S4-10: who writes all in one message is not asked for it again."""
    desk.say(AUTHOR, "/new Не печатает принтер")
    assert Ticket.objects.get().title == "Не печатает принтер"
    TicketCategory.objects.create(project=default_project(), name="Уборка")
    desk.say(AUTHOR, "/new\nПомыть окна")
    desk.press(AUTHOR, "Уборка")
    assert Ticket.objects.get(category__name="Уборка").title == "Помыть окна"
