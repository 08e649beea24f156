"""The desk over HTTP: the same rules, with statuses."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.models import User
from tests.integration.runs import client
from tests.integration.tickets import desk
from tickets.lifecycle import Verb
from tickets.models import CategoryExecutor, Ticket, TicketAttachment, TicketNote
from tickets.services import linking

pytestmark = pytest.mark.django_db
TICKETS = "/api/v1/tickets"


@pytest.fixture(autouse=True)
def _files_of_the_test(tmp_path: Any, settings: Any) -> None:
    settings.ATTACHMENT_DIR = str(tmp_path)


def press(user: User, ticket_id: int, verb: str, **body: Any) -> Any:
    return client(user).post(f"{TICKETS}/{ticket_id}/{verb}", body)


def test_the_whole_cycle_can_be_done_over_the_api():
    """S4-26: every transition also from the API. S4-10: tickets are created by API. S4-8: `statusId` is shown."""
    category = desk.category()
    ivan, author = desk.executor(category), desk.somebody("Автор")
    opened = client(author).post(TICKETS, {"categoryId": category.pk, "title": "Принтер", "priority": "high"})
    assert opened.status_code == 201
    said = opened.json()
    assert (said["number"], said["statusId"], said["status"], said["version"]) == (said["id"], 1, "created", 0)
    assert said["verbs"] == ["cancel", "edit"]
    steps: list[tuple[User, str, dict[str, Any], str]] = [
        (ivan, "take", {}, "in_work"),
        (ivan, "defer", {"term": "hour", "reason": "Обед"}, "deferred"),
        (ivan, "term", {"term": "week"}, "deferred"),
        (ivan, "resume", {}, "in_work"),
        (ivan, "submit", {}, "on_confirmation"),
        (ivan, "withdraw", {}, "in_work"),
        (ivan, "submit", {}, "on_confirmation"),
        (author, "return", {"reason": "Не то"}, "in_work"),
        (ivan, "submit", {}, "on_confirmation"),
        (author, "confirm", {}, "completed"),
        (author, "rate", {"rating": 5}, "completed"),
        (author, "reopen", {}, "in_work"),
        (ivan, "release", {"reason": "Отпуск"}, "created"),
        (author, "cancel", {}, "cancelled"),
    ]
    for user, verb, body, code in steps:
        answer = press(user, said["id"], verb, **body)
        assert (answer.status_code, answer.json().get("status")) == (200, code), (verb, answer.json())
    history = client(author).get(f"{TICKETS}/{said['id']}/history").json()
    assert [line["verb"] for line in history["results"]][:3] == ["create", "take", "defer"]


def test_an_edit_that_changes_nothing_tells_nobody():
    """S4-26: an empty PATCH, and one that repeats what the ticket says, raise no version and ping no one."""
    category = desk.category()
    ivan, author = desk.executor(category), desk.somebody("Автор")
    ticket = desk.do(desk.ticket(category, author, title="Принтер"), Verb.TAKE, ivan)
    desk.forget_messages()
    for body in ({}, {"title": "Принтер"}, {"priority": "normal"}):
        answer = client(author).patch(f"{TICKETS}/{ticket.pk}", body)
        assert (answer.status_code, answer.json()["version"]) == (200, 1)
    assert desk.pings() == []
    answer = client(author).patch(f"{TICKETS}/{ticket.pk}", {"title": "Сканер"})
    assert (answer.json()["version"], desk.pings()) == (2, [(ivan.pk, "edited")])


def test_what_cannot_be_done_is_409_with_the_state_and_what_is_stale_says_the_version():
    category = desk.category()
    ivan, author = desk.executor(category), desk.somebody()
    ticket = desk.in_confirmation(category, ivan, author)
    refused = press(ivan, ticket.pk, "defer")
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_state")
    assert refused.json()["details"]["statusId"] == 4
    assert refused.json()["message"] == f"Так уже нельзя: сейчас заявка «{refused.json()['details']['status']}»"
    stale = press(author, ticket.pk, "confirm", version=0)
    assert (stale.status_code, stale.json()["code"], stale.json()["details"]) == (409, "stale_version", {"version": 2})
    assert press(ivan, ticket.pk, "confirm").status_code == 403


def test_everybody_sees_their_own_and_nothing_else():
    """S4-16: a foreign ticket is as good as none. S3-22: 401 without a token."""
    category, other = desk.category(), desk.category()
    ivan, author, stranger = desk.executor(category), desk.somebody(), desk.executor(other)
    boss = desk.somebody(role="operator")
    ticket = desk.ticket(category, author)
    for who, status in ((ivan, 200), (author, 200), (boss, 200), (stranger, 404), (desk.somebody(role="viewer"), 404)):
        assert client(who).get(f"{TICKETS}/{ticket.pk}").status_code == status
        assert client(who).get(TICKETS).json()["count"] == (status == 200)
    assert press(stranger, ticket.pk, "take").status_code == 404
    assert APIClient().get(f"{TICKETS}/{ticket.pk}").status_code == 401


def test_lists_are_filtered_and_only_managers_open_tickets_for_others():
    category = desk.category()
    ivan, author, boss = desk.executor(category), desk.somebody("Автор"), desk.somebody(role="operator")
    body = {"categoryId": category.pk, "description": "Сломалось", "authorId": author.pk}
    assert client(ivan).post(TICKETS, body).status_code == 403
    made = client(boss).post(TICKETS, body).json()
    assert (made["author"]["id"], made["creator"]["id"]) == (author.pk, boss.pk)
    press(ivan, made["id"], "take")
    desk.ticket(category, author)
    found = client(author).get(TICKETS, {"statusId": "2,3", "executorId": str(ivan.pk), "text": "слома"}).json()
    assert [row["id"] for row in found["results"]] == [made["id"]]
    assert client(author).get(TICKETS, {"open": "true"}).json()["count"] == 2
    assert client(author).get(TICKETS, {"statusId": "one"}).status_code == 400


def test_a_repeated_request_with_the_same_key_opens_one_ticket():
    category, author = desk.category(), desk.somebody()
    desk.executor(category)
    body = {"categoryId": category.pk, "description": "Раз"}
    answers = [client(author, HTTP_IDEMPOTENCY_KEY="k1").post(TICKETS, body).json()["id"] for _time in range(2)]
    assert answers[0] == answers[1]
    assert Ticket.objects.count() == 1


def test_the_seeds_request_makes_an_executor_as_printed_and_demands_a_token():
    """S4-11: POST /api/executors verbatim, 201; without a token 401; a duplicate is 409."""
    category, person, admin = desk.category(), desk.somebody(), desk.somebody(role="admin")
    body = {"user_id": person.pk, "category_id": category.pk, "priority": 5, "max_tickets": 10}
    assert APIClient().post("/api/executors", body).status_code == 401
    assert client(desk.somebody(role="operator")).post("/api/executors", body).status_code == 403
    made = client(admin).post("/api/executors", body)
    assert made.status_code == 201
    assert made.json() | {"id": 0} == body | {"id": 0, "is_active": True}
    assert client(admin).post("/api/executors", body).status_code == 409
    assert CategoryExecutor.objects.get(user=person).max_tickets == 10


@pytest.mark.parametrize(("missing", "status"), [("category_id", 404), ("user_id", 400)])
def test_the_seeds_request_is_refused_in_its_own_words(missing: str, status: int):
    """S4-11: what is wrong is named as it was sent."""
    body = {"user_id": desk.somebody().pk, "category_id": desk.category().pk, missing: 2**31 - 1}
    answer = client(desk.somebody(role="admin")).post("/api/executors", body)
    assert (answer.status_code, answer.json()["details"]) == (status, {"field": missing})


def test_what_may_be_chosen_is_named_in_the_refusal():
    category, author = desk.category(), desk.somebody()
    body = {"categoryId": category.pk, "description": ".", "priority": "5"}
    answer = client(author).post("/api/v1/tickets", body)
    assert answer.status_code == 400
    (fault,) = answer.json()["details"]["fields"]["priority"]
    assert "5" in fault
    assert fault.endswith(": low, normal, high, urgent")


def test_executors_are_listed_changed_and_removed():
    """S4-11: GET, PUT and DELETE. S4-12: is_active, priority and max_tickets per person and category."""
    category, person, admin = desk.category(), desk.somebody(), desk.somebody(role="admin")
    api = client(admin)
    made = api.post("/api/v1/executors", {"userId": person.pk, "categoryId": category.pk, "maxTickets": 3})
    assert made.status_code == 201
    place = f"/api/v1/executors/{made.json()['id']}"
    assert api.get("/api/v1/executors", {"categoryId": category.pk}).json()["count"] == 1
    assert api.put(place, {"priority": 7, "maxTickets": 4, "isActive": False}).json()["priority"] == 7
    assert api.get(place).json()["isActive"] is False
    assert api.delete(place).status_code == 204
    assert api.get(place).status_code == 404
    assert client(person).get("/api/v1/executors").status_code == 403
    assert client(person).get("/api/v1/categories").json()["results"][0]["name"] == category.name


def test_both_sides_talk_and_notes_stay_among_those_who_do_the_work():
    """S4-9: what was said belongs to the ticket; notes never reach the author."""
    category = desk.category()
    ivan, author = desk.executor(category), desk.somebody()
    ticket = desk.do(desk.ticket(category, author), "take", ivan)
    desk.forget_messages()
    place = f"{TICKETS}/{ticket.pk}"
    assert client(author).post(f"{place}/comments", {"text": "Ну как?"}).status_code == 201
    assert desk.pings() == [(ivan.pk, "comment")]
    assert client(ivan).post(f"{place}/notes", {"text": "Зануда"}).status_code == 201
    assert client(author).post(f"{place}/notes", {"text": "Что?"}).status_code == 403
    assert client(author).get(f"{place}/notes").json()["count"] == 0
    assert client(ivan).get(f"{place}/notes").json()["count"] == TicketNote.objects.count() == 1
    assert [row["text"] for row in client(ivan).get(f"{place}/comments").json()["results"]] == ["Ну как?"]


def upload(user: User, ticket: Ticket, *files: tuple[str, bytes]) -> Any:
    parts = [SimpleUploadedFile(name, content) for name, content in files]
    return client(user).post(f"{TICKETS}/{ticket.pk}/attachments", {"file": parts}, format="multipart")


def test_files_are_given_to_who_sees_the_ticket_and_to_nobody_else():
    """S36: a direct address is 404 for strangers and 401 for nobody; a browser only saves what it gets."""
    category, author = desk.category(), desk.somebody()
    desk.executor(category)
    ticket = desk.ticket(category, author)
    page = b"<html><script>alert(1)</script>"
    made = upload(author, ticket, ("../../.htaccess", page), ("скан.png", b"\x89PNG\r\n\x1a\n0"))
    assert made.status_code == 201
    assert [(file["name"], file["mediaType"]) for file in made.json()] == [
        ("htaccess", "application/octet-stream"),
        ("скан.png", "image/png"),
    ]
    place = f"/api/v1/attachments/{made.json()[0]['id']}"
    given = client(author).get(place)
    assert b"".join(given.streaming_content) == page  # type: ignore[attr-defined]
    assert given["Content-Disposition"].startswith("attachment")
    assert given["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in given["Content-Security-Policy"]
    assert client(desk.somebody()).get(place).status_code == 404
    assert APIClient().get(place).status_code == 401


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ([("empty.txt", b"")], "empty"),
        ([("big.bin", b"x" * 20_000_001)], "too_large"),
        ([(f"{number}.txt", b"x") for number in range(11)], "too_many"),
    ],
)
def test_what_is_empty_too_large_or_too_much_is_refused_and_leaves_nothing(
    files: list[tuple[str, bytes]], reason: str, tmp_path: Any
):
    """S36: 0 byte, 21 MB, more than ten."""
    category, author = desk.category(), desk.somebody()
    refused = upload(author, desk.ticket(category, author), *files)
    assert (refused.status_code, refused.json()["details"]["reason"]) == (400, reason)
    assert not TicketAttachment.objects.exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_person_gets_a_key_to_tie_their_telegram(settings: Any):
    """S4-14: linking by /start. S4-15: with a key of 43 characters, never by a name."""
    settings.TELEGRAM_BOT_NAME = "naryad_bot"
    said = client(desk.somebody()).post("/api/v1/me/telegram-link").json()
    assert len(said["token"]) == 43
    assert said["url"] == f"https://t.me/naryad_bot?start={said['token']}"
    assert said["command"] == f"/start {said['token']}"


def test_a_telegram_account_that_is_given_up_may_be_tied_by_somebody_else():
    """S4-14: who has unlinked is written to no more."""
    author, other = desk.somebody(), desk.somebody(telegram_id=None)
    former = author.telegram_id
    assert former is not None
    assert client(author).delete("/api/v1/me/telegram-link").status_code == 204
    author.refresh_from_db()
    assert author.telegram_id is None
    assert linking.confirm(token=linking.issue(person=other).token, telegram_id=former) == other
    assert client(author).delete("/api/v1/me/telegram-link").status_code == 204, "a second time changes nothing"
