"""Albums as answers, and parts of albums that come late, twice, or all at once."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from integrations.telegram.emulator.media import Upload
from tests.fakes.bot_api import BOT_ID
from tests.integration.telegram.desk import AUTHOR, IVAN, Desk
from tickets.models import Ticket, TicketAttachment, TicketComment, TicketDraft
from tickets.telegram import handler

pytestmark = pytest.mark.django_db
PICTURES = [Upload(f"{number}.jpg", b"\xff\xd8\xff" + bytes([number])) for number in range(3)]


@pytest.fixture(autouse=True)
def _room(settings: Any, tmp_path: Path) -> None:
    settings.ATTACHMENT_DIR = str(tmp_path)


def parts(desk: Desk, *, reply_to: int | None = None) -> list[dict[str, Any]]:
    """The updates of an album that nobody has handled yet."""
    desk.telegram.acts.send_files(AUTHOR, PICTURES, caption="Вот так выглядит", reply_to=reply_to)
    waiting = list(desk.telegram.waiting)
    desk.telegram.updates.waiting = []
    return waiting


def handle(*updates: dict[str, Any]) -> None:
    for update in updates:
        handler.handle(update, bot_id=BOT_ID)


def without_reply(update: dict[str, Any]) -> dict[str, Any]:
    told = {name: value for name, value in update["message"].items() if name != "reply_to_message"}
    return update | {"message": told}


def taken(desk: Desk) -> Ticket:
    ticket = desk.open()
    desk.press(IVAN, "Взять в работу")
    return ticket


def test_an_album_as_an_answer_is_one_comment_with_all_its_pictures(desk: Desk) -> None:
    """The other side gets one message with the words, and the pictures after it; updates that come again add none."""
    ticket = taken(desk)
    album = parts(desk, reply_to=desk.card(AUTHOR, ticket).id)
    handle(album[0], album[0], album[1], without_reply(album[2]), album[1])
    desk.settle()
    comment = ticket.comments.get()
    assert (comment.text, comment.attachments.count()) == ("Вот так выглядит", 3)
    assert len([text for text in desk.texts(IVAN) if "Вот так выглядит" in text]) == 1
    assert len([one for one in desk.telegram.messages_to(IVAN) if "document" in one.content]) == 3
    assert len([text for text in desk.texts(AUTHOR) if text.startswith("Передано")]) == 1


def test_a_part_that_comes_when_the_comment_is_written_becomes_another_one(desk: Desk) -> None:
    ticket = taken(desk)
    album = parts(desk, reply_to=desk.card(AUTHOR, ticket).id)
    handle(album[0])
    desk.settle()
    handle(album[1], without_reply(album[2]))
    desk.settle()
    assert [one.attachments.count() for one in ticket.comments.all()] == [1, 1, 1]
    assert (Ticket.objects.count(), TicketDraft.objects.count()) == (1, 0)


def test_a_part_that_comes_when_the_ticket_is_opened_belongs_to_it(desk: Desk) -> None:
    """S4-10: a bot that was started again between two parts opens no second ticket of the rest."""
    album = parts(desk)
    handle(album[0])
    desk.settle()
    handle(*album[1:])
    desk.settle()
    ticket = Ticket.objects.get()
    assert TicketAttachment.objects.filter(ticket=ticket).count() == 3
    assert (ticket.comments.get().attachments.count(), TicketDraft.objects.count()) == (2, 0)


def test_parts_that_come_all_at_once_are_one_comment(transactional_db: None, desk: Desk) -> None:
    """Nothing is lost when two parts both find that they are the first."""
    ticket = taken(desk)
    album = parts(desk, reply_to=desk.card(AUTHOR, ticket).id)
    threads = [threading.Thread(target=handle_and_close, args=[part]) for part in album]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    desk.settle()
    comment = TicketComment.objects.get()
    assert (comment.text, comment.attachments.count()) == ("Вот так выглядит", 3)


def handle_and_close(update: dict[str, Any]) -> None:
    try:
        handle(update)
    finally:
        connection.close()
