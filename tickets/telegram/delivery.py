"""What the outbox holds for the desk's people in Telegram: cards, single messages, details.

Each handler may run twice for one row. Whoever cannot be written to any more is marked, and not tried again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import structlog
from django.db.models import QuerySet
from django.utils import translation

from accounts.clock import Clock
from accounts.languages import language_for
from accounts.models import User
from integrations import outbox
from integrations.errors import CircuitOpen, OutboundError, RateLimited
from integrations.telegram import delivery
from integrations.telegram.client import TelegramClient
from integrations.telegram.errors import Blocked, MessageGone
from tickets.errors import AttachmentNotFound
from tickets.models import Card, Presence, Ticket, TicketAttachment, TicketEvent
from tickets.services import attachments, presence, reading
from tickets.telegram import cards, pings

DETAILS: Final = "telegram.details"
"""`{"ticket", "person", "press"}`: everything about the ticket in a message of its own."""
BARE: Final = "telegram.bare"
"""`{"person", "message"}`: a message that is not the card any more loses its buttons."""
FILE: Final = "telegram.file"
"""`{"ticket", "person", "attachment"}`"""
QUEUE: Final = "notifications"
FILES: Final = 10

log = structlog.get_logger(__name__)


def deliver_card(payload: dict[str, Any]) -> None:
    """Bring somebody's card to its newest form. With `fresh` it comes as a new message and the old one is laid bare,
    with `again` even if it has come already; with `force` it is edited whatever is believed to be shown."""
    with _to(payload, "card") as (ticket, reader):
        card = Card.objects.filter(ticket=ticket, person=reader).first()
        if card is None:
            card = Card.objects.create(ticket=ticket, person=reader, chat_id=_chat(reader))
        is_there = card.message_id is not None and card.chat_id == reader.telegram_id
        if not reading.may_see(reader, ticket):
            if is_there and not card.final:
                _edit_card(card, ticket, reader, cards.closed(ticket))
        elif payload.get("fresh"):
            if payload.get("again") or not _sent_since(card, payload["version"]):
                _send_card(card, ticket, reader)
        elif not is_there:
            _send_card(card, ticket, reader)
        elif payload.get("force") or card.shown < ticket.version:
            _edit_card(card, ticket, reader, cards.card(ticket, reader))


def _sent_since(card: Card, version: int) -> bool:
    """Whether the card was sent anew after the ticket came to this version, so that the row is a repeat."""
    came = TicketEvent.objects.filter(ticket=card.ticket_id, version=version, refused="").order_by("id").first()
    return card.sent_at is not None and came is not None and card.sent_at >= came.at


def _send_card(card: Card, ticket: Ticket, reader: User) -> None:
    text, markup = cards.card(ticket, reader)
    chat = _chat(reader)
    old = card.message_id if card.chat_id == chat else None
    message = delivery.deliver(chat, lambda client: client.send_message(chat_id=chat, text=text, markup=markup))
    Card.objects.filter(pk=card.pk).update(
        chat_id=chat, message_id=message, shown=ticket.version, final=not markup["inline_keyboard"], sent_at=Clock()
    )
    if old is not None and not card.final:
        bare(reader, old)


def bare(reader: User, message: int) -> None:
    """Have the buttons taken from a message that is not the card, or not any more."""
    outbox.add(
        topic=BARE,
        payload={"person": reader.pk, "message": message},
        ordering_key=str(reader.telegram_id),
        queue=QUEUE,
    )


def _edit_card(card: Card, ticket: Ticket, reader: User, form: tuple[str, dict[str, Any]]) -> None:
    """Give the message this form; where it is gone and there is still something to press, send another."""
    text, markup = form
    chat, message = card.chat_id, card.message_id or 0
    try:
        delivery.deliver(
            chat,
            lambda client: client.edit_message(chat_id=chat, message_id=message, text=text, markup=markup),
            urgent=ticket.executor_id == reader.pk,
        )
    except MessageGone:
        if markup["inline_keyboard"]:
            _send_card(Card(pk=card.pk, ticket=ticket, person=reader, chat_id=chat), ticket, reader)
            return
    Card.objects.filter(pk=card.pk).update(shown=ticket.version, final=not markup["inline_keyboard"])


def deliver_ping(payload: dict[str, Any]) -> None:
    """A message of its own about a line of the ticket's history; none where it came too late to be true, or where
    people's words would come to somebody who may not see the ticket any more."""
    with _to(payload, payload["kind"]) as (ticket, reader):
        line = TicketEvent.objects.select_related("actor").get(pk=payload["event"])
        if pings.is_over(ticket, line, payload["kind"]):
            return
        if payload["kind"] in pings.WORDS and not reading.may_see(reader, ticket):
            return
        text, markup = pings.message(ticket, line, payload["kind"], reader)
        silent = bool(payload.get("silent"))
        _send(reader, lambda client, chat: client.send_message(chat_id=chat, text=text, markup=markup, silent=silent))
        if payload["kind"] == "comment":
            files = ticket.attachments.filter(comment=line.details.get("commentId"))
            queue_files(ticket, reader, files, key=str(line.pk))


def deliver_details(payload: dict[str, Any]) -> None:
    """Everything about the ticket, with its files, for somebody who pressed «Подробнее»."""
    with _to(payload, "details") as (ticket, reader):
        if not reading.may_see(reader, ticket):
            return
        text, markup = cards.details(ticket, reader)
        _send(
            reader,
            lambda client, chat: client.send_message(chat_id=chat, text=text, markup=markup, silent=True),
            urgent=True,
        )
        queue_files(ticket, reader, ticket.attachments.filter(comment=None), key=payload["press"])


def lay_bare(payload: dict[str, Any]) -> None:
    """Take the buttons from a message that somebody pressed although it is not their card."""
    reader = User.objects.get(pk=payload["person"])
    message = payload["message"]
    _send(reader, lambda client, chat: client.take_buttons_away(chat_id=chat, message_id=message))


def queue_files(ticket: Ticket, reader: User, files: QuerySet[TicketAttachment], *, key: str) -> None:
    """A row for each of the newest files, so that none is sent again because of another. `key` keeps repeats away."""
    for attachment in files.order_by("-at")[:FILES]:
        outbox.add(
            topic=FILE,
            payload={"ticket": ticket.pk, "person": reader.pk, "attachment": str(attachment.pk)},
            dedupe_key=f"file:{key}:{reader.pk}:{attachment.pk}",
            ordering_key=str(reader.telegram_id),
            queue=QUEUE,
        )


def deliver_file(payload: dict[str, Any]) -> None:
    """A file of the ticket. One that was deleted meanwhile is not missed."""
    with _to(payload, "file") as (_ticket, reader):
        try:
            found, stream = attachments.open_file(actor=reader, attachment_id=payload["attachment"])
        except AttachmentNotFound:
            return
        with stream:
            content = stream.read()
        _send(reader, lambda client, chat: client.send_file(chat_id=chat, name=found.name, content=content))


def _send(reader: User, call: Callable[[TelegramClient, int], Any], *, urgent: bool = False) -> None:
    chat = _chat(reader)
    delivery.deliver(chat, lambda client: call(client, chat), urgent=urgent)


def _chat(reader: User) -> int:
    """The person's chat. Raises `Blocked` where there is none, or none that takes messages."""
    gone = Presence.objects.filter(person=reader, reachable=False).exists()
    if reader.telegram_id is None or gone:
        raise Blocked
    return reader.telegram_id


@contextmanager
def _to(payload: dict[str, Any], kind: str) -> Iterator[tuple[Ticket, User]]:
    """Ticket and reader of a message, in the reader's language; notes what goes wrong with it."""
    ticket = Ticket.objects.with_people().get(pk=payload["ticket"])
    reader = User.objects.get(pk=payload["person"])
    try:
        with translation.override(language_for(reader.language)):
            yield ticket, reader
    except (RateLimited, CircuitOpen):
        raise
    except OutboundError as error:
        whom = "author" if reader.pk == ticket.author_id else "executor"
        log.warning(
            f"Failed to send notification to {whom}",
            ticket=ticket.pk,
            **{whom: reader.pk},
            kind=kind,
            error=error.code,
            workflow="ticket",
        )
        if isinstance(error, Blocked):
            presence.mark_unreachable(person=reader, reason=str(error.message))
        raise
