"""Contacts in the admin: kept by the verbs of the address book."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.services import default_project
from integrations.models import Event
from tests.integration import runs
from tickets.contacts import keeping
from tickets.models import Contact, Delivery, Tag

pytestmark = pytest.mark.django_db

LIST = "/admin/tickets/contact/"


def staff(role: str) -> Client:
    browser = Client(headers={"accept-language": "ru"})
    browser.force_login(runs.person(role, is_staff=True))
    return browser


def form(**fields: object) -> dict[str, object]:
    empty = {"name": "", "email": "", "phone": "", "telegram_id": "", "language": "", "marks": ""}
    lines = {"deliveries-TOTAL_FORMS": 0, "deliveries-INITIAL_FORMS": 0}
    return {**empty, **lines, "project": default_project().pk, **fields}


def test_a_contact_is_made_and_changed_with_events() -> None:
    browser = staff("operator")
    made = browser.post(f"{LIST}add/", form(name="Анна", email="Anna@Example.org", marks="клиент, vip"))
    assert made.status_code == 302, made.content.decode()
    anna = Contact.objects.get()
    assert (anna.email, sorted(tag.name for tag in anna.tags.all())) == ("anna@example.org", ["vip", "клиент"])
    assert set(Event.objects.values_list("name", flat=True)) == {"contact.created", "contact.tag_added"}
    changed = browser.post(f"{LIST}{anna.pk}/change/", form(name="Анна П.", email=anna.email, marks="vip"))
    assert changed.status_code == 302, changed.content.decode()
    anna.refresh_from_db()
    assert (anna.name, [tag.name for tag in anna.tags.all()]) == ("Анна П.", ["vip"])


@pytest.mark.parametrize("wrong", [{"phone": "не телефон"}, {"marks": f"клиент, {'о' * 101}"}])
def test_a_wrong_address_or_tag_is_told_in_the_form(wrong: dict[str, str]) -> None:
    answer = staff("operator").post(f"{LIST}add/", form(name="Анна", **wrong))
    assert answer.status_code == 200
    assert not Contact.objects.exists()


def test_a_viewer_only_looks_and_others_see_nothing() -> None:
    anna = keeping.create(project_id=default_project().pk, addresses=keeping.Addresses(email="anna@example.org"))
    assert "anna@example.org" in staff("viewer").get(LIST).content.decode()
    assert staff("viewer").get(f"{LIST}add/").status_code == 403
    assert staff("operator").post(f"{LIST}{anna.pk}/delete/", {"post": "yes"}).status_code == 403
    nobody = Client()
    nobody.force_login(runs.person(None, is_staff=True))
    assert nobody.get(LIST).status_code == 403


def test_messages_and_tags_are_shown() -> None:
    anna = keeping.create(project_id=default_project().pk, addresses=keeping.Addresses(email="anna@example.org"))
    Tag.objects.create(project_id=anna.project_id, name="vip")
    Delivery.objects.create(
        project_id=anna.project_id, contact=anna, batch="b", channel="email", state="failed", reason="no_server"
    )
    browser = staff("editor")
    assert "no_server" in browser.get("/admin/tickets/delivery/").content.decode()
    assert "no_server" in browser.get(f"{LIST}{anna.pk}/change/").content.decode()
    assert "vip" in browser.get("/admin/tickets/tag/").content.decode()
    assert browser.get("/admin/tickets/contactfield/add/").status_code == 200
