"""Pages for everybody who may log in."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from integrations.models import OutboxMessage
from tests.integration.tickets import desk
from tickets.lifecycle import Verb
from tickets.models import CategoryExecutor, Ticket, TicketComment, TicketNote

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _files_of_the_test(tmp_path: Any, settings: Any) -> None:
    settings.ATTACHMENT_DIR = str(tmp_path)


def browser(user: User | None = None) -> Client:
    client = Client(headers={"accept-language": "ru"})
    if user is not None:
        client.force_login(user)
    return client


def test_without_a_log_in_every_page_leads_to_the_log_in_and_from_there_back():
    person = desk.somebody(username="anna")
    person.set_password("long-enough-47")
    person.save()
    client = browser()
    for address in ("/tickets", "/tickets/new", "/tickets/1", "/executors", "/profile/telegram"):
        assert client.get(address).headers["Location"] == f"/login?next={address}"
    wrong = client.post("/login", {"username": "anna", "password": "no"})
    assert wrong.status_code == 200
    right = client.post("/login", {"username": "anna", "password": "long-enough-47", "next": "/tickets/new"})
    assert right.headers["Location"] == "/tickets/new"


def test_the_front_page_leads_people_to_where_they_work():
    """S4-10: who has no admin rights lands at their tickets."""
    assert browser().get("/").headers["Location"] == "/login?next=/"
    assert browser(desk.somebody()).get("/").headers["Location"] == "/tickets"
    staff = desk.somebody()
    User.objects.filter(pk=staff.pk).update(is_staff=True)
    assert browser(User.objects.get(pk=staff.pk)).get("/").headers["Location"] == "/admin/"


def test_the_way_to_executors_is_shown_to_who_manages_them_and_the_only_category_is_chosen():
    """S4-11: the page `/executors` can be found."""
    category = desk.category()
    assert "/executors" in browser(desk.somebody(role="admin")).get("/tickets").content.decode()
    plain = browser(desk.somebody())
    assert "/executors" not in plain.get("/tickets").content.decode()
    assert f'<option value="{category.pk}" selected>' in plain.get("/tickets/new").content.decode()


def test_the_cycle_is_played_on_the_pages():
    """S4-10, S4-26: created on the web with files, taken, handed in, returned with a reason, confirmed, rated."""
    category = desk.category(name="Принтеры")
    ivan, author = desk.executor(category), desk.somebody("Автор")
    as_author, as_ivan = browser(author), browser(ivan)
    form = {"category": category.pk, "title": "Скрипит", "description": "<b>Очень</b>", "priority": "high"}
    files = [SimpleUploadedFile("a.txt", b"one"), SimpleUploadedFile("b.txt", b"two")]
    made = as_author.post("/tickets/new", form | {"uploads": files})
    ticket = Ticket.objects.get()
    assert made.headers["Location"] == f"/tickets/{ticket.pk}"
    assert (ticket.source, ticket.attachments.count()) == ("web", 2)
    steps = [
        (as_ivan, "take", "Взять в работу", {}),
        (as_ivan, "submit", "На подтверждение", {}),
        (as_author, "return", "Вернуть в работу", {"reason": "Всё равно скрипит"}),
        (as_ivan, "submit", "На подтверждение", {}),
        (as_author, "confirm", "Подтвердить выполнение", {}),
        (as_author, "rate", "Оценить", {"rating": "5"}),
    ]
    for client, verb, label, said in steps:
        page = client.get(f"/tickets/{ticket.pk}").content.decode()
        assert label in page
        ticket.refresh_from_db()
        done = client.post(f"/tickets/{ticket.pk}/do/{verb}", {"version": ticket.version, **said}, follow=True)
        assert "Готово" in done.content.decode()
    ticket.refresh_from_db()
    assert (ticket.status_id, ticket.rating) == (5, 5)
    page = as_author.get(f"/tickets/{ticket.pk}").content.decode()
    assert "&lt;b&gt;Очень" in page
    assert "Всё равно скрипит" in page
    assert "Взять в работу</button>" not in page


def test_a_page_says_the_same_words_as_telegram_when_something_cannot_be_done():
    """S4-16: the same texts everywhere."""
    category = desk.category()
    ivan, author = desk.executor(category), desk.somebody()
    ticket = desk.in_confirmation(category, ivan, author)
    stale = browser(author).post(f"/tickets/{ticket.pk}/do/confirm", {"version": 0}, follow=True)
    assert "Заявка изменилась, проверьте и нажмите ещё раз" in stale.content.decode()
    rights = browser(ivan).post(f"/tickets/{ticket.pk}/do/confirm", {"version": ticket.version}, follow=True)
    assert "У вас нет прав на эту заявку" in rights.content.decode()
    assert browser(desk.somebody()).get(f"/tickets/{ticket.pk}").status_code == 404


def test_a_term_that_no_button_has_changes_nothing():
    category = desk.category()
    ivan = desk.executor(category)
    ticket = desk.do(desk.ticket(category), Verb.TAKE, ivan)
    sent = browser(ivan).post(f"/tickets/{ticket.pk}/do/defer", {"version": ticket.version, "term": "forever"})
    ticket.refresh_from_db()
    assert (sent.status_code, ticket.status_id) == (302, 2)


def test_comments_notes_and_files_stand_on_the_page_of_who_may_see_them():
    """S4-9: the full ticket with what was said; notes are not for the author."""
    category = desk.category()
    ivan, author = desk.executor(category), desk.somebody()
    ticket = desk.ticket(category, author)
    place = f"/tickets/{ticket.pk}"
    file = SimpleUploadedFile("лог.txt", b"log")
    browser(author).post(f"{place}/comments", {"text": "Срочно", "uploads": [file]})
    browser(ivan).post(f"{place}/notes", {"text": "Опять он"})
    comment = TicketComment.objects.get()
    attachment = comment.attachments.get()
    page = browser(author).get(place).content.decode()
    assert "Срочно" in page
    assert "лог.txt" in page
    assert TicketNote.objects.get().text not in page
    assert TicketNote.objects.get().text in browser(ivan).get(place).content.decode()
    given = browser(ivan).get(f"/tickets/files/{attachment.pk}")
    assert given.headers["Content-Disposition"].startswith("attachment")
    assert b"".join(given.streaming_content) == b"log"  # type: ignore[attr-defined]
    assert browser(desk.somebody()).get(f"/tickets/files/{attachment.pk}").status_code == 404


def test_a_form_that_is_sent_twice_does_the_same_once():
    """An impatient second click opens no second ticket and says nothing twice; other words are something else."""
    category = desk.category()
    author = desk.somebody("Анна")
    client = browser(author)
    once = re.search(r'name="once" value="([^"]+)"', client.get("/tickets/new").content.decode())
    assert once is not None
    form = {"category": category.pk, "description": "Не печатает", "priority": "normal", "once": once[1]}
    first, second = (client.post("/tickets/new", form) for _click in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    client.post("/tickets/new", form | {"description": "Течёт кран"})
    assert Ticket.objects.count() == 2
    ticket = Ticket.objects.order_by("id")[0]
    for text in ("Срочно", "Срочно", "Очень"):
        client.post(f"/tickets/{ticket.pk}/comments", {"text": text, "once": once[1]})
    assert [comment.text for comment in ticket.comments.all()] == ["Срочно", "Очень"]


def test_who_manages_the_desk_adds_changes_and_removes_executors():
    """S4-11: the page /executors."""
    category, person, admin = desk.category(), desk.somebody("Иван"), desk.somebody(role="admin")
    assert browser(person).get("/executors").status_code == 404
    client = browser(admin)
    body = {"user": person.pk, "category": category.pk, "priority": 5, "max_tickets": 10}
    assert "Исполнитель добавлен" in client.post("/executors", body, follow=True).content.decode()
    again = client.post("/executors", body)
    assert (again.status_code, "уже исполнитель" in again.content.decode()) == (422, True)
    seat = CategoryExecutor.objects.get()
    client.post(f"/executors/{seat.pk}", {"priority": 1, "max_tickets": 2})
    seat.refresh_from_db()
    assert (seat.priority, seat.max_tickets, seat.is_active) == (1, 2, False)
    client.post(f"/executors/{seat.pk}", {"remove": "1"})
    assert not CategoryExecutor.objects.exists()


def test_the_key_of_telegram_is_shown_as_link_picture_and_text(settings: Any):
    """S4-14: clients that drop the link's text get it to copy."""
    settings.TELEGRAM_BOT_NAME = "naryad_bot"
    client = browser(desk.somebody())
    assert "/start " not in client.get("/profile/telegram").content.decode()
    page = client.post("/profile/telegram").content.decode()
    assert re.search(r'value="/start [\w-]{43}"', page)
    assert "https://t.me/naryad_bot?start=" in page
    assert "<svg" in page


def test_pages_load_nothing_from_elsewhere_and_speak_the_language_of_their_reader():
    category, author = desk.category(), desk.somebody(language="en")
    desk.executor(category)
    ticket = desk.ticket(category, author)
    for address in ("/tickets", "/tickets/new", f"/tickets/{ticket.pk}", "/profile/telegram"):
        answer = browser(author).get(address)
        page = answer.content.decode()
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert '<html lang="en">' in page
        assert not re.search(r'(?:src|href|action)="(?:https?:)?//', page)
        assert "<script" not in page
        assert " style=" not in page


def test_who_does_the_work_sees_what_became_of_every_message(django_assert_max_num_queries: Any):
    """R2-1: the delivery state of every message stands on the ticket's page, with the reason of a failed one."""
    category = desk.category()
    ivan = desk.executor(category, "Иван")
    author = desk.somebody("Автор")
    ticket = desk.do(desk.ticket(category, author), Verb.TAKE, ivan)
    waiting = OutboxMessage.objects.filter(topic="telegram.ping").first()
    assert waiting is not None
    failed = {"code": "telegram_blocked", "message": "Бот остановлен"}
    OutboxMessage.objects.filter(pk=waiting.pk).update(state="dead", error=failed)
    address = f"/tickets/{ticket.number}"
    assert "Сообщения в Telegram" not in page_of(author, address)
    with django_assert_max_num_queries(40):
        shown = page_of(ivan, address)
    assert "Сообщения в Telegram" in shown
    assert "Не доставлено — Бот остановлен" in shown
    assert "Ждёт отправки" in shown
    assert "Сообщение: Взята в работу" in shown
    assert "<details open>" in shown
    OutboxMessage.objects.update(state="sent")
    assert "<details>" in page_of(ivan, address)


def page_of(user: User, address: str) -> str:
    return browser(user).get(address).content.decode()
