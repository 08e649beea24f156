"""Whether and how a contact can be written to, and what a text says to this one contact."""

from __future__ import annotations

import html
import re
from typing import Final, Literal

from tickets.models import Channel, Contact

Wish = Literal["email", "telegram", "any"]

PLACE: Final = re.compile(r"\{(name|email|phone|fields\.[A-Za-z_][A-Za-z0-9_]*)\}")


def way_to(contact: Contact, wish: Wish) -> tuple[Channel, str]:
    """The channel, and why it cannot be used: `no_address`, `unsubscribed`, `unreachable`, or "" when it can.

    With `any` Telegram goes before e-mail.
    """
    channels = (Channel.TELEGRAM, Channel.EMAIL) if wish == "any" else (Channel(wish),)
    tried = [(channel, obstacle(contact, channel)) for channel in channels]
    return next((way for way in tried if not way[1]), tried[-1])


def obstacle(contact: Contact, channel: Channel) -> str:
    """Why the contact cannot be written to over this channel; "" when nothing is in the way."""
    if not (contact.email if channel == Channel.EMAIL else contact.telegram_id):
        return "no_address"
    if getattr(contact, f"{channel.value}_unsubscribed_at") is not None:
        return "unsubscribed"
    return "unreachable" if getattr(contact, f"{channel.value}_unreachable_at") is not None else ""


def filled(text: str, contact: Contact, *, markup: bool = False) -> str:
    """The text with its places `{name}`, `{email}`, `{phone}`, `{fields.key}`; what is not known is empty."""

    def value(place: re.Match[str]) -> str:
        name, _dot, key = place[1].partition(".")
        found = contact.fields.get(key) if key else getattr(contact, name)
        said = "" if found is None else str(found)
        return html.escape(said) if markup else said

    return PLACE.sub(value, text)
