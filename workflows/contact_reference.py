"""How an item names the contact that it is about: the fields that the nodes about contacts share."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_noop
from pydantic import Field

from accounts.errors import DomainError
from tickets.contacts.book import Reference
from workflows import node_type
from workflows.node_type import Item, Permanent


class AboutContact(node_type.Config):
    """Without any of the three the item itself is asked: its `contactId`, or else its `email` and `phone`."""

    contactId: str | None = Field(  # noqa: N815 - a field of the definition
        default=None,
        title=gettext_noop("Контакт"),
        description=gettext_noop("Номер контакта; пусто — contactId элемента, а без него почта и телефон"),
    )
    email: str | None = Field(
        default=None,
        title=gettext_noop("Почта контакта"),
        description=gettext_noop("По какой почте искать контакт; пусто — email элемента"),
    )
    phone: str | None = Field(
        default=None,
        title=gettext_noop("Телефон контакта"),
        description=gettext_noop("По какому телефону искать контакт; пусто — phone элемента"),
    )

    def reference(self, item: Item) -> Reference:
        """Whom the item is about."""
        if self.contactId or self.email or self.phone:
            return Reference(self.contactId or "", self.email or "", self.phone or "")
        return Reference(*(_text(item.get(name)) for name in ("contactId", "email", "phone")))


def refused(error: DomainError, *, item: int, **details: Any) -> Permanent:
    """The step's failure: what was wrong about the contact of which item."""
    return Permanent(error.code, error.message, item=item, **{**error.details, **details})


def _text(value: Any) -> str:
    return "" if value is None else str(value)
