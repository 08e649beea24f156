"""`/contacts` over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts import tokens
from accounts.models import Membership, Project, User
from accounts.services import create_user
from tests.integration.contacts.conftest import Maker
from tickets.models import Contact, Delivery

CONTACTS = "/api/v1/contacts"


def speaking(user: User) -> APIClient:
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.open_session(user=user).access}")
    return client


def test_a_contact_is_made_read_changed_and_forgotten(api: APIClient) -> None:
    """S1-14: e-mail, phone, tags and custom fields of a subscriber."""
    api.post("/api/v1/contact-fields", {"key": "plan", "title": "Тариф", "kind": "text"})
    made = api.post(CONTACTS, {"email": "Anna@Example.org", "phone": "8 900 123 45 67", "name": "Анна"})
    address = f"{CONTACTS}/{made.json()['id']}"

    assert (made.status_code, made.json()["email"], made.json()["phone"]) == (201, "anna@example.org", "+79001234567")
    tagged = api.post(f"{address}/tags", {"add": ["лид", "новый"], "remove": ["лид"]})
    assert (tagged.status_code, tagged.json()["tags"]) == (200, ["новый"])
    assert api.patch(f"{address}/fields", {"plan": "pro"}).json()["fields"] == {"plan": "pro"}
    changed = api.patch(address, {"phone": None, "emailUnsubscribed": True}).json()
    assert (changed["phone"], changed["emailUnsubscribedAt"] is not None) == (None, True)
    assert api.get(address).json() == changed
    assert api.delete(address).status_code == 204
    assert api.get(address).status_code == 404


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("tag=vip", ["a", "b"]),
        ("tag=vip&tag=new", ["b"]),
        ("text=EXAMPLE.ORG", ["a", "b"]),
        ("phone=8-900-123-45-67", ["c"]),
        ("email=A@example.org", ["a"]),
        ("field=plan:pro", ["a"]),
        ("field=unknown:pro", []),
    ],
)
def test_contacts_are_found(api: APIClient, make: Maker, query: str, names: list[str]) -> None:
    api.post("/api/v1/contact-fields", {"key": "plan"})
    first = make(email="a@example.org", name="a", tags=("vip",))
    make(email="b@example.org", name="b", tags=("vip", "new"))
    make(phone="+79001234567", name="c")
    api.patch(f"{CONTACTS}/{first.pk}/fields", {"plan": "pro"})

    answer = api.get(f"{CONTACTS}?{query}").json()

    assert sorted(contact["name"] for contact in answer["results"]) == names
    assert answer["count"] == len(names)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"email": "no address"}, 400, "address_invalid"),
        ({"phone": "12"}, 400, "address_invalid"),
        ({"email": "taken@example.org"}, 409, "contact_taken"),
        ({"email": "a@example.org", "role": "admin"}, 400, "unknown_field"),
    ],
)
def test_what_cannot_be_kept_is_refused(
    api: APIClient, make: Maker, body: dict[str, Any], status: int, code: str
) -> None:
    make(email="taken@example.org")

    refused = api.post(CONTACTS, body)

    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert Contact.objects.count() == 1


def test_contacts_of_another_project_are_as_good_as_none(make: Maker) -> None:
    contact = make(email="a@example.org")
    stranger = create_user(username="stranger", password=None)
    other = Project.objects.create(code="other", name="Other")
    Membership.objects.create(user=stranger, project=other, role="admin")
    stranger.refresh_from_db()
    client = speaking(stranger)

    assert client.get(CONTACTS).json()["count"] == 0
    assert client.get(f"{CONTACTS}/{contact.pk}").status_code == 404
    assert client.delete(f"{CONTACTS}/{contact.pk}").status_code == 404
    assert client.post(CONTACTS, {"email": "a@example.org"}).status_code == 201


def test_who_may_only_look_changes_nothing(make: Maker) -> None:
    contact = make(email="a@example.org")
    client = speaking(create_user(username="viewer", password=None, roles=["viewer"]))

    assert client.get(f"{CONTACTS}/{contact.pk}").status_code == 200
    assert client.post(f"{CONTACTS}/{contact.pk}/tags", {"add": ["x"]}).status_code == 403
    assert client.post(CONTACTS, {"email": "b@example.org"}).status_code == 403


def test_a_table_completes_known_contacts_and_reports_its_faults(api: APIClient, make: Maker) -> None:
    make(email="a@example.org")
    table = "email;phone;tags\na@example.org;8 900 123-45-67;vip;\nnobody;;\nb@example.org;;new\n"

    came = api.post(f"{CONTACTS}/import", {"csv": table, "delimiter": ";"}).json()

    assert (came["created"], came["known"]) == (1, 1)
    assert [(fault["row"], fault["code"]) for fault in came["faults"]] == [(3, "address_invalid")]
    assert Contact.objects.get(email="a@example.org").phone == "+79001234567"
    assert api.post(f"{CONTACTS}/import", {"csv": "what\n1\n"}).json()["code"] == "import_invalid"
    sizes = {tag["name"]: tag["contacts"] for tag in api.get("/api/v1/contact-tags").json()["results"]}
    assert sizes == {"vip": 1, "new": 1}


def test_two_contacts_become_one(api: APIClient, make: Maker) -> None:
    into, other = make(email="a@example.org"), make(phone="+79001234567")

    merged = api.post(f"{CONTACTS}/{into.pk}/merge", {"contactId": str(other.pk)})

    assert (merged.status_code, merged.json()["phone"]) == (200, "+79001234567")


def test_deliveries_are_listed_by_contact_and_state(api: APIClient, project: Project, make: Maker) -> None:
    contact = make(email="a@example.org")
    Delivery.objects.create(project=project, contact=contact, batch="1", channel="email", state="sent")
    Delivery.objects.create(project=project, contact=contact, batch="2", channel="email", state="failed", reason="x")

    assert api.get("/api/v1/deliveries").json()["count"] == 2
    failed = api.get(f"/api/v1/deliveries?contactId={contact.pk}&state=failed").json()["results"]
    assert [(row["reason"], row["contactId"]) for row in failed] == [("x", str(contact.pk))]
