"""The contacts of a project as a step of a workflow reaches them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, Self

from django.db import transaction

from integrations import inbox
from integrations.scope import CallScope
from tickets.contacts import keeping, marking
from tickets.contacts.addresses import read_email, read_phone
from tickets.contacts.facts import as_item
from tickets.models import Contact

SOURCE: Final = "contact-change"


@dataclass(frozen=True)
class Reference:
    """Who is meant: a contact's id, or else its addresses."""

    contact_id: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Change:
    """One thing that is done to a contact; `name` is a tag, or the key of a custom field that becomes `value`."""

    kind: Literal["add-tag", "remove-tag", "set-field"]
    name: str
    value: Any = None


class ContactBook:
    """Every method is a transaction of its own. Raises the errors of `tickets.errors`."""

    def __init__(self, scope: CallScope) -> None:
        self._project_id = scope.project_id()
        self._key = scope.headers["Idempotency-Key"]

    @classmethod
    def connect(cls, scope: CallScope) -> Self:
        return cls(scope)

    def find(self, who: Reference) -> dict[str, Any] | None:
        """The contact as an item, None when there is none."""
        found = self._find(who)
        return None if found is None else as_item(found)

    def find_or_create(self, who: Reference) -> dict[str, Any]:
        """The contact as an item, made when nobody has these addresses yet; one of an id must be there."""
        if who.contact_id:
            return as_item(keeping.get(contact_id=who.contact_id, project_id=self._project_id))
        addresses = keeping.Addresses(read_email(who.email), read_phone(who.phone))
        return as_item(keeping.find_or_create(project_id=self._project_id, addresses=addresses)[0])

    @transaction.atomic
    def apply(self, contact_id: str, changes: Sequence[Change], *, once: str) -> list[bool]:
        """Make the changes, all or none; whether each changed anything.

        `once` is a name within the step: when a repeated step comes with it again nothing is done a second time.
        """
        number = hashlib.sha256(f"{self._key}:{once}".encode()).hexdigest()
        if not inbox.take_in(source=SOURCE, external_id=number):
            return [False] * len(changes)
        contact = keeping.get(contact_id=contact_id, project_id=self._project_id)
        return [_apply(contact, change) for change in changes]

    def _find(self, who: Reference) -> Contact | None:
        if who.contact_id:
            return keeping.get(contact_id=who.contact_id, project_id=self._project_id)
        addresses = keeping.Addresses(read_email(who.email), read_phone(who.phone))
        return keeping.find(project_id=self._project_id, addresses=addresses)


def _apply(contact: Contact, change: Change) -> bool:
    if change.kind == "add-tag":
        return marking.add_tag(contact=contact, tag=change.name)
    if change.kind == "remove-tag":
        return marking.remove_tag(contact=contact, tag=change.name)
    return marking.set_field(contact=contact, key=change.name, value=change.value)
