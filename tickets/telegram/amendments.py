"""Messages that people change after sending them: what opened a ticket changes the ticket."""

from __future__ import annotations

from django.utils.html import escape

from accounts.errors import DomainError
from accounts.models import User
from integrations.telegram.schemas import Message
from tickets.lifecycle import Verb
from tickets.models import Ticket
from tickets.services import creation, transitions
from tickets.telegram.saying import say


def key_of(bot_id: str, message: Message) -> str:
    """By what a ticket that one message opened is found again."""
    return f"telegram:{bot_id}:{message.chat.id}:{message.message_id}"


def amend(message: Message, person: User, *, bot_id: str) -> None:
    """Give the ticket that this message opened its new words; who may not any more is told why.

    Anything else that is edited was read as it was, and stays so.
    """
    ticket = Ticket.objects.filter(key=key_of(bot_id, message), author=person).first()
    text = message.words.strip()
    if ticket is None or not text or text == ticket.description:
        return
    title, description = creation.worded("", text)
    try:
        transitions.transition(
            actor=person,
            ticket_id=ticket.pk,
            verb=Verb.EDIT,
            source=Ticket.Source.TELEGRAM,
            title=title,
            description=description,
        )
    except DomainError as refusal:
        say(message.chat.id, escape(str(refusal.message)))
