"""Finding and making contacts, and the events that tell of changes."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection

from accounts.models import Project
from accounts.services import default_project
from integrations.models import Event
from tests.integration.contacts.conftest import Maker
from tickets.contacts import keeping, marking, merging
from tickets.contacts.keeping import Addresses
from tickets.errors import ContactAmbiguous, ContactTaken, ContactUnnamed, FieldInvalid, FieldUnknown, TagInvalid
from tickets.models import Contact


def told() -> list[tuple[str, Any]]:
    """Names of the events so far, with what they say beside the contact."""
    return [
        (event.name, {key: value for key, value in event.payload.items() if key != "contact"})
        for event in Event.objects.order_by("at", "id")
    ]


def found(project: Project, **addresses: Any) -> tuple[Contact, bool]:
    return keeping.find_or_create(project_id=project.pk, addresses=Addresses.read(**addresses))


def test_a_subscriber_is_one_contact_however_the_address_is_written(project: Project) -> None:
    """S1-14: a contact is known by e-mail and phone, and is made once."""
    first, fresh = found(project, email=" Anna@Example.ORG ")
    again, repeated = found(project, email="anna@example.org", phone="8 (900) 123-45-67")
    by_phone, known = found(project, phone="+7 900 1234567")

    assert (fresh, repeated, known) == (True, False, False)
    assert first.pk == again.pk == by_phone.pk
    assert (by_phone.email, by_phone.phone) == ("anna@example.org", "+79001234567")
    assert [name for name, _said in told()] == ["contact.created"]


def test_addresses_of_two_contacts_are_left_to_a_person(project: Project, make: Maker) -> None:
    make(email="a@example.org")
    make(phone="+79001234567")

    with pytest.raises(ContactAmbiguous):
        found(project, email="a@example.org", phone="+79001234567")
    with pytest.raises(ContactUnnamed):
        found(project)


@pytest.mark.django_db(transaction=True)
def test_those_who_ask_at_once_get_one_contact() -> None:
    project = default_project()
    ids: list[Any] = []
    gate = threading.Barrier(4)

    def ask() -> None:
        gate.wait()
        try:
            ids.append(found(project, email="race@example.org", phone="+79001234567")[0].pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(ids) == 4
    assert Contact.objects.count() == len(set(ids)) == 1
    assert Event.objects.filter(name="contact.created").count() == 1


def test_tags_tell_once_when_they_come_and_when_they_go(make: Maker) -> None:
    """S1-14: tag changes raise events."""
    contact = make(email="a@example.org")

    assert marking.add_tag(contact=contact, tag="Лид")
    assert not marking.add_tag(contact=contact, tag=" лид ")
    assert marking.remove_tag(contact=contact, tag="ЛИД")
    assert not marking.remove_tag(contact=contact, tag="лид")

    assert told()[1:] == [("contact.tag_added", {"tag": "Лид"}), ("contact.tag_removed", {"tag": "ЛИД"})]
    event = Event.objects.get(name="contact.tag_added")
    assert (event.subject, event.payload["contact"]["tags"]) == (str(contact.pk), ["Лид"])


@pytest.mark.parametrize("tag", ["", "  ", "a\nb", "x" * 101])
def test_a_tag_is_a_short_line(make: Maker, tag: str) -> None:
    with pytest.raises(TagInvalid):
        marking.add_tag(contact=make(email="a@example.org"), tag=tag)


@pytest.mark.parametrize(
    ("kind", "written", "kept"),
    [
        ("text", 5, "5"),
        ("number", "12", 12),
        ("number", "0", 0),
        ("boolean", "false", False),
        ("boolean", True, True),
        ("date", "2026-03-01", "2026-03-01"),
        ("datetime", "2026-03-01T09:00:00+03:00", "2026-03-01T09:00:00+03:00"),
        ("number", "", None),
    ],
)
def test_custom_fields_have_kinds_and_tell_of_changes(
    project: Project, make: Maker, kind: str, written: Any, kept: Any
) -> None:
    """S1-14: field changes raise events."""
    marking.define_field(project_id=project.pk, key="it", title="", kind=kind)
    contact = make(email="a@example.org")

    changed = marking.set_field(contact=contact, key="it", value=written)
    again = marking.set_field(contact=contact, key="it", value=written)

    contact.refresh_from_db()
    assert contact.fields.get("it") == kept
    assert (changed, again) == (kept is not None, False)
    expected = [("contact.field_changed", {"field": "it", "from": None, "to": kept})] if changed else []
    assert told()[1:] == expected


@pytest.mark.parametrize(
    ("kind", "written"),
    [("number", "a"), ("number", "1e9999"), ("boolean", "maybe"), ("date", "01.03.2026"), ("text", {"a": 1})],
)
def test_a_value_of_another_kind_is_refused(project: Project, make: Maker, kind: str, written: Any) -> None:
    marking.define_field(project_id=project.pk, key="it", title="", kind=kind)

    with pytest.raises(FieldInvalid):
        marking.set_field(contact=make(email="a@example.org"), key="it", value=written)
    with pytest.raises(FieldUnknown):
        marking.set_field(contact=make(email="b@example.org"), key="other", value=1)


def test_a_change_that_is_rolled_back_tells_nobody(project: Project, make: Maker) -> None:
    marking.define_field(project_id=project.pk, key="n", title="", kind="number")
    contact = make(email="a@example.org")

    with pytest.raises(FieldUnknown):
        marking.set_fields(contact=contact, values={"n": 1, "unknown": 2})

    contact.refresh_from_db()
    assert contact.fields == {}
    assert [name for name, _said in told()] == ["contact.created"]


def test_merging_keeps_what_either_had(project: Project, make: Maker) -> None:
    into = make(email="a@example.org", tags=("one", "both"))
    other = make(phone="+79001234567", name="Анна", tags=("two", "both"))

    merged = merging.merge(into=into, other=other)

    assert (merged.pk, merged.email, merged.phone, merged.name) == (into.pk, "a@example.org", "+79001234567", "Анна")
    assert sorted(tag.name for tag in merged.tags.all()) == ["both", "one", "two"]
    assert Contact.objects.count() == 1
    assert told()[-1] == ("contact.merged", {"merged": str(other.pk)})
    with pytest.raises(ContactTaken):
        merging.merge(into=merged, other=merged)


def test_a_new_address_is_reachable_again(make: Maker) -> None:
    contact = make(email="old@example.org")
    contact.email_unreachable_at = contact.created_at
    contact.save()

    assert keeping.change(contact=contact, name="A").email_unreachable_at is not None
    assert keeping.change(contact=contact, email="new@example.org").email_unreachable_at is None
