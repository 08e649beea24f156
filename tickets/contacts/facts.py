"""A contact as the API, events and workflows see it."""

from __future__ import annotations

from typing import Any

from tickets.models import Contact


def as_item(contact: Contact) -> dict[str, Any]:
    """The contact as an item of a workflow; empty addresses are null, tags are in the order of their names."""
    return {
        "contactId": str(contact.pk),
        "name": contact.name,
        "email": contact.email,
        "phone": contact.phone,
        "telegramId": contact.telegram_id,
        "language": contact.language,
        "tags": tag_names(contact),
        "fields": dict(contact.fields),
    }


def tag_names(contact: Contact) -> list[str]:
    """The names of the contact's tags in order; those that are at hand are not read again."""
    return sorted(tag.name for tag in contact.tags.all())
