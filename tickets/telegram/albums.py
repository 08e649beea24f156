"""Albums: Telegram brings each picture as an update of its own; together they are one ticket, or one answer.

What gathers them is the message of the outbox that waits for all to come. It is remembered when it is done, so that a
part which comes too late finds the ticket that the others belong to.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from accounts.models import User
from integrations import outbox
from integrations.telegram.schemas import Message
from tickets.models import Ticket, TicketDraft

WAIT: Final = timedelta(seconds=1.5)
"""In which the parts of an album come."""


def answer_key(person: User, album: str) -> str:
    """The message that gathers an album which answers a message of ours."""
    return f"comment:album:{person.pk}:{album}"


def draft_key(person: User, album: str) -> str:
    """The message that gathers an album which opens a ticket."""
    return f"draft:album:{person.pk}:{album}"


def ticket_of(person: User, message: Message) -> int | None:
    """The ticket that earlier parts of the message's album are about; None where they are none, or a draft still.

    Waits for the ticket that is just being made of them.
    """
    album = message.media_group_id
    if not album or TicketDraft.objects.select_for_update().filter(person=person, album=album, complete=True).exists():
        return None
    answer = outbox.payload_of(answer_key(person, album))
    if answer is not None:
        number: int = answer["ticket"]
        return number
    opened = outbox.payload_of(draft_key(person, album))
    if opened is None:
        return None
    return Ticket.objects.filter(key=opened["key"], author=person).values_list("id", flat=True).first()
