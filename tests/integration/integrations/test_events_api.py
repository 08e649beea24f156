"""`/events` through the front door."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Project
from integrations import safe_json
from integrations.models import Event, OutboxMessage
from tests.integration import runs

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/events"
PAID = {"name": "order.paid", "subject": "7", "payload": {"sum": 1}}


@pytest.mark.parametrize(
    ("who", "told", "seen"),
    [
        ("anonymous", 401, 401),
        (None, 403, 403),
        ("viewer", 403, 200),
        ("operator", 202, 200),
        ("editor", 202, 200),
        ("admin", 202, 200),
    ],
)
def test_who_may_tell_of_events_and_see_them(who: str | None, told: int, seen: int) -> None:
    """S3-22: route x role."""
    api = runs.client(None if who == "anonymous" else runs.person(who))
    assert (api.post(ADDRESS, PAID).status_code, api.get(ADDRESS).status_code) == (told, seen)


def test_an_event_is_kept_and_handed_on() -> None:
    answer = runs.client(runs.person("operator")).post(ADDRESS, PAID)
    event = Event.objects.get()
    assert answer.json() == {"id": str(event.pk), "name": "order.paid", "subject": "7", "duplicate": False}
    assert (event.payload, event.source) == ({"sum": 1}, "api")
    assert OutboxMessage.objects.get().payload == {"eventId": str(event.pk)}


def test_a_repeat_of_the_key_is_answered_with_the_first_event() -> None:
    api = runs.client(runs.person("operator"))
    first, again = (api.post(ADDRESS, {**PAID, "dedupKey": "k"}).json() for _time in range(2))
    assert (first["id"] == again["id"], first["duplicate"], again["duplicate"]) == (True, False, True)
    assert (Event.objects.count(), OutboxMessage.objects.count()) == (1, 1)


def test_numbers_keep_all_their_digits() -> None:
    text = '{"name": "order.paid", "payload": {"sum": 12345678901234567890.10}}'
    api = runs.client(runs.person("operator"))
    assert api.generic("POST", ADDRESS, text, content_type="application/json").status_code == 202
    assert Event.objects.get().payload == {"sum": Decimal("12345678901234567890.10")}
    assert "12345678901234567890.10" in api.get(ADDRESS).content.decode()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "Order"},
        {"name": "a" * 201},
        {"name": "a", "subject": "s" * 201},
        {"name": "a", "payload": [1]},
        {"name": "a", "dedupKey": ""},
        {"name": "a", "dedupKey": "k" * 256},
        {"name": "a", "unknown": 1},
    ],
)
def test_what_is_no_event_is_refused(body: dict[str, Any]) -> None:
    answer = runs.client(runs.person("operator")).post(ADDRESS, body)
    assert answer.status_code == 400
    assert answer.json()["details"]["fields"]
    assert not Event.objects.exists()


def test_a_body_may_have_a_million_bytes() -> None:
    answer = runs.client(runs.person("operator")).post(ADDRESS, {**PAID, "payload": {"text": "x" * 1_000_000}})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_the_newest_event_stands_first_and_lists_are_narrowed_by_name_and_subject() -> None:
    api = runs.client(runs.person("operator"))
    for name, subject in (("a", "1"), ("b", "1"), ("a", "2")):
        api.post(ADDRESS, {"name": name, "subject": subject})

    def found(query: str) -> list[str]:
        return [row["name"] + row["subject"] for row in api.get(ADDRESS + query).json()["results"]]

    assert found("") == ["a2", "b1", "a1"]
    assert found("?name=a") == ["a2", "a1"]
    assert found("?subject=1") == ["b1", "a1"]
    assert found("?pageSize=1&page=2") == ["b1"]


def test_events_belong_to_a_project() -> None:
    own, other = (Project.objects.create(code=code, name=code) for code in ("own", "other"))
    user = runs.person("operator", project=own)
    api = runs.client(user)
    assert api.post(ADDRESS, PAID).status_code == 202
    assert api.post(ADDRESS, {**PAID, "project": "own"}).status_code == 202
    for code in ("other", "default", "none"):
        assert api.post(ADDRESS, {**PAID, "project": code}).status_code == 404
    assert set(Event.objects.values_list("project", flat=True)) == {own.pk}
    Event.objects.create(project=other, name="secret", source="test")
    assert {row["name"] for row in api.get(ADDRESS).json()["results"]} == {"order.paid"}


def test_who_only_sees_a_project_cannot_tell_of_events_in_it() -> None:
    first, second = (Project.objects.create(code=code, name=code) for code in ("first", "second"))
    user = runs.person("viewer", project=first)
    user.memberships.create(project=second, role="operator")
    answer = runs.client(user).post(ADDRESS, {**PAID, "project": "first"})
    assert answer.status_code == 403


def test_administrators_look_at_events_in_the_admin() -> None:
    root = runs.person("admin", is_staff=True, is_superuser=True)
    runs.client(root).post(ADDRESS, PAID)
    browser = Client()
    browser.force_login(root)
    listed = browser.get(reverse("admin:integrations_event_changelist"))
    shown = browser.get(reverse("admin:integrations_event_change", args=[Event.objects.get().pk]))
    for page in (listed, shown):
        assert page.status_code == 200
        assert "order.paid" in page.content.decode()
        assert safe_json.dumps({"sum": 1}).replace('"', "&quot;") in page.content.decode()
