"""A person's wish not to be written to: the signed link in every letter, and what follows from it."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse

from accounts.clock import Clock
from tickets.contacts.keeping import locked, tell
from tickets.errors import ContactLinkInvalid, ContactNotFound
from tickets.models import Channel, Contact

SALT: Final = "contact.unsubscribe"


def link(contact: Contact) -> str:
    """The public address at which the contact stops letters. It has no end: letters are kept for years."""
    token = signing.dumps(contact.pk.hex, salt=SALT)
    return f"{settings.PUBLIC_URL}{reverse('unsubscribe', args=[token])}"


def contact_of(token: str) -> Contact:
    """Whose link it is. Raises `ContactLinkInvalid`, also when the contact is forgotten."""
    try:
        number = UUID(hex=signing.loads(token, salt=SALT))
    except (signing.BadSignature, ValueError, TypeError, AttributeError):
        raise ContactLinkInvalid from None
    found = _known_by(number)
    if found is None:
        raise ContactLinkInvalid
    return found


def contact_in_chat(telegram_id: int, number: str) -> Contact | None:
    """The contact of this number (32 hexadecimal digits), if the chat is its own: a forwarded button is nobody's."""
    try:
        found = _known_by(UUID(hex=number))
    except ValueError:
        return None
    return found if found is not None and found.telegram_id == telegram_id else None


def _known_by(number: UUID) -> Contact | None:
    """The contact of this number, or the one that it was merged into."""
    known = Contact.objects.filter(pk=number).first()
    return known or Contact.objects.filter(former_ids__contains=[number]).first()


@transaction.atomic
def unsubscribe(contact: Contact, channel: Channel) -> bool:
    """Write to the contact no more over this channel; whether that is new. Emits `contact.unsubscribed`."""
    return _stamp(contact, channel, "unsubscribed")


@transaction.atomic
def mark_unreachable(contact: Contact, channel: Channel) -> bool:
    """Nobody is there any more; whether that is new. Emits `contact.unreachable`."""
    return _stamp(contact, channel, "unreachable")


def _stamp(contact: Contact, channel: Channel, what: str) -> bool:
    try:
        held = locked(contact.pk)
    except ContactNotFound:
        return False
    column = f"{channel.value}_{what}_at"
    if getattr(held, column) is not None:
        return False
    setattr(held, column, Clock())
    held.updated_at = Clock()
    held.save(update_fields=[column, "updated_at"])
    tell(held, f"contact.{what}", {"channel": channel.value})
    return True
