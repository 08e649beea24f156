"""Finding, making, changing and deleting contacts. Each change is one transaction with the events that tell of it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts.clock import Clock
from integrations import events
from tickets.contacts.addresses import read_email, read_phone, read_telegram_id
from tickets.contacts.facts import as_item
from tickets.errors import ContactAmbiguous, ContactNotFound, ContactTaken, ContactUnnamed
from tickets.models import Contact

SOURCE: Final = "contacts"
ROUNDS: Final = 5
"""How often somebody else may take an address while it is being looked for."""
FIELDS: Final = {"email": "email", "phone": "phone", "telegram_id": "telegramId"}
MAX_NAME: Final = 255


@dataclass(frozen=True)
class Addresses:
    """By what a contact is known, already in the form in which it is kept (`Addresses.read`)."""

    email: str | None = None
    phone: str | None = None
    telegram_id: int | None = None

    @classmethod
    def read(cls, *, email: str | None = None, phone: str | None = None, telegram_id: Any = None) -> Addresses:
        """The addresses as people write them; raises `AddressInvalid`."""
        return cls(read_email(email), read_phone(phone), read_telegram_id(telegram_id))

    def known(self) -> dict[str, Any]:
        """Those that are not empty, by column."""
        return {name: getattr(self, name) for name in FIELDS if getattr(self, name) is not None}


def get(*, contact_id: uuid.UUID | str, project_id: int) -> Contact:
    """The contact of this id in the project; raises `ContactNotFound`."""
    try:
        wanted = uuid.UUID(str(contact_id))
    except ValueError:
        raise ContactNotFound from None
    found = Contact.objects.filter(id=wanted, project_id=project_id).prefetch_related("tags").first()
    if found is None:
        raise ContactNotFound
    return found


def locked(contact_id: uuid.UUID, project_id: int | None = None) -> Contact:
    """The contact's row, held until the caller's transaction ends; raises `ContactNotFound`."""
    rows = Contact.objects.select_for_update(no_key=True).filter(id=contact_id)
    found = (rows if project_id is None else rows.filter(project_id=project_id)).first()
    if found is None:
        raise ContactNotFound
    return found


def find(*, project_id: int, addresses: Addresses) -> Contact | None:
    """The one contact to which the addresses belong, None when they are nobody's; raises `ContactAmbiguous`."""
    known = addresses.known()
    if not known:
        return None
    any_of = Q()
    for column, value in known.items():
        any_of |= Q(**{column: value})
    found = list(Contact.objects.filter(any_of, project_id=project_id).prefetch_related("tags").order_by("id"))
    if len(found) > 1:
        raise ContactAmbiguous(contacts=[str(contact.pk) for contact in found])
    return found[0] if found else None


def find_or_create(
    *, project_id: int, addresses: Addresses, name: str = "", language: str = ""
) -> tuple[Contact, bool]:
    """The contact of these addresses, made if it is nobody's yet; returns it and whether it is new.

    What a known contact lacks (an address, a name, a language) is filled in, what it has stays. Two who ask at once
    get one contact. Raises `ContactUnnamed`, `ContactAmbiguous`.
    """
    if not addresses.known():
        raise ContactUnnamed
    for last in (False,) * (ROUNDS - 1) + (True,):
        found = find(project_id=project_id, addresses=addresses)
        try:
            with transaction.atomic():
                if found is None:
                    return _create(project_id, addresses, name, language), True
                return _fill_in(found, addresses, name, language), False
        except (IntegrityError, ContactNotFound):  # somebody was quicker, or has just deleted it
            if last:
                raise
    raise AssertionError("the last round returns or raises")


def create(*, project_id: int, addresses: Addresses, name: str = "", language: str = "") -> Contact:
    """A new contact. Raises `ContactTaken` when one of its addresses is another's."""
    try:
        with transaction.atomic():
            return _create(project_id, addresses, name, language)
    except IntegrityError as error:
        raise _taken(error) from error


@transaction.atomic
def change(*, contact: Contact, **columns: Any) -> Contact:
    """Set columns (`name`, `language` and the addresses, already read). A new address is reachable again.

    Raises `ContactTaken`, `ContactNotFound`.
    """
    fresh = locked(contact.pk)
    for column, value in columns.items():
        if column in FIELDS and value != getattr(fresh, column):
            for channel in {"email": ("email",), "telegram_id": ("telegram",)}.get(column, ()):
                setattr(fresh, f"{channel}_unreachable_at", None)
        setattr(fresh, column, value)
    _save(fresh)
    return get(contact_id=fresh.pk, project_id=fresh.project_id)


@transaction.atomic
def delete(*, contact: Contact) -> None:
    """Forget a contact with its tags and deliveries, as the person may demand. Deleting twice changes nothing."""
    Contact.objects.filter(pk=contact.pk).delete()


def tell(contact: Contact, name: str, payload: Mapping[str, Any] | None = None) -> None:
    """Emit an event about the contact in the caller's transaction; `contact` in its payload is how it is now."""
    fresh = get(contact_id=contact.pk, project_id=contact.project_id)
    events.emit(
        project_id=contact.project_id,
        name=name,
        subject=str(contact.pk),
        payload={"contact": as_item(fresh), **(payload or {})},
        source=SOURCE,
    )


def _create(project_id: int, addresses: Addresses, name: str, language: str) -> Contact:
    contact = Contact(project_id=project_id, name=name[:MAX_NAME], language=language[:10], **addresses.known())
    contact.save(force_insert=True)
    tell(contact, "contact.created")
    return get(contact_id=contact.pk, project_id=project_id)


def _fill_in(found: Contact, addresses: Addresses, name: str, language: str) -> Contact:
    said = {**addresses.known(), "name": name[:MAX_NAME], "language": language[:10]}
    if not any(value and not getattr(found, column) for column, value in said.items()):
        return found
    contact = locked(found.pk)
    for column, value in said.items():
        if value and not getattr(contact, column):
            setattr(contact, column, value)
    contact.updated_at = Clock()
    contact.save(update_fields=[*said, "updated_at"])
    return get(contact_id=contact.pk, project_id=contact.project_id)


def _save(contact: Contact) -> None:
    contact.updated_at = Clock()
    try:
        with transaction.atomic():
            contact.save()
    except IntegrityError as error:
        raise _taken(error) from error


def _taken(error: IntegrityError) -> ContactTaken:
    """Which address it was, by the name of the constraint."""
    text = str(error)
    column = next((name for name in FIELDS if f"contact_{name.removesuffix('_id')}_once" in text), "")
    return ContactTaken(field=FIELDS.get(column, ""))
