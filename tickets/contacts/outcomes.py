"""What becomes of a message to a contact, as events: `message.sent` and `email.sent`, or `delivery.failed`.

A letter is about its address, as those that come in are; everything else about the contact.
Silence is measured from them: a client who does not answer, a late reply.
"""

from __future__ import annotations

from typing import Any, Final

from integrations import events
from tickets.models import Channel, Contact

SOURCE: Final = "contacts"
SENT: Final = {Channel.TELEGRAM: "message.sent", Channel.EMAIL: "email.sent"}
FAILED: Final = "delivery.failed"


def tell_sent(
    contact: Contact, channel: Channel, *, message_id: str, text: str, depth: int = 0, broadcast: str = ""
) -> None:
    """The message is out; `message_id` is the other side's name for it, `depth` that of the run that wrote it.

    What many are told at once (`broadcast` names it) answers nobody's question.
    """
    payload: dict[str, Any] = {"messageId": message_id, "contactId": str(contact.pk)}
    if channel == Channel.EMAIL:
        payload |= {"to": contact.email, "subject": text}
    else:
        payload |= {"channel": channel.value, "text": text}
    if broadcast:
        payload["broadcast"] = broadcast
    _tell(contact, SENT[channel], payload, f"{channel.value}:{contact.pk}:{message_id}", depth)


def tell_failed(contact: Contact, channel: Channel, *, reason: str, message_id: str = "") -> None:
    """It will not arrive; `message_id` is our name for it, where it has one."""
    payload = {
        "channel": channel.value,
        "to": contact.email if channel == Channel.EMAIL else str(contact.telegram_id),
        "contactId": str(contact.pk),
        "messageId": message_id,
        "error": reason,
    }
    _tell(contact, FAILED, payload, f"{channel.value}:{contact.pk}:{message_id}" if message_id else None)


def _tell(contact: Contact, name: str, payload: dict[str, Any], key: str | None, depth: int = 0) -> None:
    events.emit(
        project_id=contact.project_id,
        name=name,
        subject=contact.email or "" if name == SENT[Channel.EMAIL] else str(contact.pk),
        payload=payload,
        dedupe_key=key,
        source=SOURCE,
        depth=depth,
    )
