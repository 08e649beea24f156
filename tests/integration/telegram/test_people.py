"""How people come to the bot and open tickets there: links, numbers, words, photos, albums, pauses."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from accounts.services import default_project
from integrations.telegram.emulator.faults import Fault
from integrations.telegram.emulator.media import Upload
from tests.fakes.bot_api import BOT_ID, refusal
from tests.integration.telegram.desk import AUTHOR, IVAN, STRANGER, Desk, person
from tickets.models import Presence, Ticket, TicketAttachment, TicketCategory, TicketDraft
from tickets.services import linking
from tickets.telegram import drafts, handler, messages

pytestmark = pytest.mark.django_db


def test_a_stranger_is_told_their_number_and_offered_to_share_their_phone(desk: Desk) -> None:
    """S4-14, S4-16: the seed's words, and the number that staff can enter."""
    desk.say(STRANGER, "/start")
    message = desk.telegram.messages_to(STRANGER)[-1]
    assert message.content["text"].startswith("Пользователь не найден\n")
    assert str(STRANGER) in message.content["text"]
    assert message.asks_reply is not None
    assert message.asks_reply["keyboard"][0][0]["request_contact"]


def test_a_link_asks_whose_account_it_is_and_ties_it_once(desk: Desk) -> None:
    """S4-14, S4-15: a token is good once, and the person sees for which account."""
    petr = person("petr", "Пётр", None)
    link = linking.issue(person=petr)
    desk.say(STRANGER, link.command)
    assert "petr" in desk.texts(STRANGER)[-1]
    assert User.objects.get(pk=petr.pk).telegram_id is None
    told = desk.press(STRANGER, "Привязать")
    assert told == "Telegram привязан к учётной записи petr"
    assert User.objects.get(pk=petr.pk).telegram_id == STRANGER
    desk.say(IVAN, link.command)
    assert User.objects.get(pk=desk.ivan.pk).telegram_id == IVAN


@pytest.mark.parametrize("forged", [True, False])
def test_a_number_counts_only_when_it_is_the_senders_own_and_verified(desk: Desk, forged: bool) -> None:
    """S4-15: a contact of somebody else, forwarded or typed, opens no account."""
    petr = person("petr", "Пётр", None)
    User.objects.filter(pk=petr.pk).update(phone="+79001234567", phone_verified_at=timezone.now())
    desk.telegram.acts.share_contact(STRANGER, of=IVAN if forged else None, phone="+79001234567")
    desk.settle()
    assert User.objects.get(pk=petr.pk).telegram_id == (None if forged else STRANGER)


def test_a_number_shared_from_the_telegram_of_an_account_that_is_switched_off_links_nothing(desk: Desk) -> None:
    """One Telegram belongs to one account, also while that may not come in."""
    petr = person("petr", "Пётр", None)
    User.objects.filter(pk=petr.pk).update(phone="+79001234567", phone_verified_at=timezone.now())
    User.objects.filter(pk=person("gone", "Ушедший", STRANGER).pk).update(is_active=False)
    desk.telegram.acts.share_contact(STRANGER, phone="+79001234567")
    desk.settle()
    assert User.objects.get(pk=petr.pk).telegram_id is None
    assert str(STRANGER) in desk.texts(STRANGER)[-1]


def test_words_become_a_ticket_of_the_only_category(desk: Desk) -> None:
    """S4-10: nothing is asked where there is no choice."""
    desk.say(AUTHOR, "Течёт кран")
    ticket = Ticket.objects.get()
    assert (ticket.title, ticket.author, ticket.source) == ("Течёт кран", desk.author, "telegram")
    assert desk.buttons(IVAN) == ["Взять в работу", "Подробнее"]


def test_the_category_is_asked_for_before_or_after_the_words(desk: Desk) -> None:
    """S4-10: by /new or by writing at once."""
    TicketCategory.objects.create(project=default_project(), name="Уборка")
    desk.say(AUTHOR, "/new")
    assert desk.buttons(AUTHOR) == ["Ремонт", "Уборка"]
    assert desk.press(AUTHOR, "Уборка") == "Уборка"
    desk.say(AUTHOR, "Помыть окна")
    desk.say(AUTHOR, "Починить стул")
    assert Ticket.objects.count() == 1
    desk.press(AUTHOR, "Ремонт")
    assert list(Ticket.objects.order_by("id").values_list("category__name", "title")) == [
        ("Уборка", "Помыть окна"),
        ("Ремонт", "Починить стул"),
    ]
    assert TicketDraft.objects.count() == 0


def test_an_album_is_one_ticket_with_all_its_pictures(desk: Desk, settings: Any, tmp_path: Path) -> None:
    """S4-10: updates of one album come apart and belong together."""
    settings.ATTACHMENT_DIR = str(tmp_path)
    pictures = [Upload(f"{number}.jpg", b"\xff\xd8\xff" + bytes([number])) for number in range(3)]
    desk.telegram.acts.send_files(AUTHOR, pictures, caption="Вот так выглядит")
    desk.settle()
    ticket = Ticket.objects.get()
    assert ticket.title == "Вот так выглядит"
    assert TicketAttachment.objects.filter(ticket=ticket).count() == 3


def test_a_picture_without_words_is_a_ticket_too_and_more_brings_it(desk: Desk, settings: Any, tmp_path: Path) -> None:
    settings.ATTACHMENT_DIR = str(tmp_path)
    desk.telegram.acts.send_files(AUTHOR, [Upload("a.jpg", b"\xff\xd8\xff1")])
    desk.settle()
    assert TicketAttachment.objects.filter(ticket=Ticket.objects.get()).count() == 1
    desk.press(IVAN, "Подробнее")
    sent = desk.telegram.messages_to(IVAN)[-1]
    assert sent.content["document"]["file_size"] == 4


def test_a_file_that_telegram_does_not_give_is_sent_elsewhere(desk: Desk) -> None:
    desk.telegram.acts.send_files(AUTHOR, [Upload("big.bin", b"0" * 20_000_001)], photos=False)
    desk.settle()
    assert "20 МБ" in desk.texts(AUTHOR)[-1]
    assert Ticket.objects.count() == 0


def test_a_picture_that_comes_while_others_are_fetched_belongs_to_the_same_ticket(
    transactional_db: None, desk: Desk, settings: Any, tmp_path: Path
) -> None:
    """S4-10: files come from Telegram after the update's transaction, and the rest of the album may come meanwhile."""
    settings.ATTACHMENT_DIR = str(tmp_path)
    pictures = [Upload(f"{number}.jpg", b"\xff\xd8\xff" + bytes([number])) for number in range(2)]
    desk.telegram.acts.send_files(AUTHOR, pictures, caption="Вот так выглядит")
    first, second = desk.telegram.waiting
    desk.telegram.updates.waiting = []
    handler.handle(first, bot_id=BOT_ID)
    fetching, go_on = threading.Event(), threading.Event()
    desk.telegram.faults.add(Watched(fetching, go_on))
    opening = threading.Thread(target=open_the_drafts)
    opening.start()
    assert fetching.wait(20)
    handler.handle(second, bot_id=BOT_ID)
    go_on.set()
    opening.join(20)
    desk.settle()
    assert TicketAttachment.objects.filter(ticket=Ticket.objects.get()).count() == 2


class Watched(Fault):
    """Meets no call, but tells when the first file is asked for, and lets it go on when it is told to."""

    def __init__(self, fetching: threading.Event, go_on: threading.Event) -> None:
        super().__init__("getFile")
        self._fetching, self._go_on = fetching, go_on

    def meets(self, method: str, values: dict[str, Any]) -> bool:
        if method == self.method:
            self._fetching.set()
            self._go_on.wait(20)
        return False


def open_the_drafts() -> None:
    """In a thread: whatever of an album has come by now is enough."""
    try:
        for draft in TicketDraft.objects.filter(complete=True):
            drafts.open_ticket({"draft": draft.pk, "key": "album"})
    finally:
        connection.close()


def test_words_are_not_lost_with_a_file_that_telegram_refuses(desk: Desk, settings: Any, tmp_path: Path) -> None:
    """S4-10: neither with the ticket that they begin nor with an answer to a card."""
    settings.ATTACHMENT_DIR = str(tmp_path)
    gone = refusal(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
    desk.telegram.plan("getFile", gone)
    desk.telegram.acts.send_files(AUTHOR, [Upload("a.jpg", b"\xff\xd8\xff1")], caption="Вот так выглядит")
    desk.settle()
    ticket = Ticket.objects.get()
    assert ticket.title == "Вот так выглядит"
    assert any("Telegram не отдал файл" in text for text in desk.texts(AUTHOR))
    files = [{"id": "unknown", "name": "b.jpg"}]
    messages.write_comment({"person": desk.author.pk, "ticket": ticket.pk, "text": "И ещё", "files": files, "key": "1"})
    assert [comment.text for comment in ticket.comments.all()] == ["И ещё"]


def test_a_sticker_begins_no_ticket(desk: Desk) -> None:
    """Else the next words, a reason for a return perhaps, would belong to a new ticket."""
    chat = {"id": AUTHOR, "type": "private"}
    sender = {"id": AUTHOR, "is_bot": False, "first_name": "Анна"}
    sticker = {"message_id": 1, "date": 0, "chat": chat, "from": sender, "sticker": {"file_id": "x"}}
    desk.telegram.happen(message=sticker)
    desk.settle()
    assert TicketDraft.objects.count() == 0


def test_who_pauses_is_offered_no_new_tickets(desk: Desk) -> None:
    desk.say(IVAN, "/pause 4")
    assert Presence.objects.get(person=desk.ivan).away_until is not None
    desk.open()
    assert desk.buttons(IVAN) == ["Снова присылать"]
    desk.say(IVAN, "/pause 0")
    desk.open("вторая")
    assert desk.buttons(IVAN) == ["Взять в работу", "Подробнее"]


def test_my_lists_what_is_open_and_help_names_the_commands(desk: Desk) -> None:
    ticket = desk.open()
    desk.say(AUTHOR, "/my")
    assert any(f"№{ticket.number} · Создана" in text for text in desk.texts(AUTHOR))
    desk.say(AUTHOR, "/help")
    assert "/new" in desk.texts(AUTHOR)[-1]


def test_groups_are_left_alone(desk: Desk) -> None:
    desk.telegram.acts.write(AUTHOR, "/start", group=-100)
    desk.settle()
    assert desk.telegram.messages_to(-100) == []
