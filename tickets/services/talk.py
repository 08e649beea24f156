"""What people say about a ticket: comments, which both sides get, and notes, which stay among those who do the work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from accounts.models import User
from tickets.errors import NoRights, TextMissing
from tickets.lifecycle import Happening, Verb
from tickets.models import Ticket, TicketComment, TicketEvent, TicketNote
from tickets.services import attachments, history, notices, reading
from tickets.services.attachments import NewFile

TEXT_LENGTH = 20_000
COMMENTED = "ticket.commented"


def comment(
    *,
    actor: User,
    ticket_id: int,
    text: str,
    source: str = Ticket.Source.API,
    files: Sequence[NewFile] = (),
    key: str | None = None,
) -> TicketComment:
    """Say something; author and executor, whichever of them did not, get a message (see `notices.both_sides`).

    A second call with the same `key` gives the first comment. Raises `NoRights`, `TextMissing`, `FileRefused`.
    """
    return _say(actor, ticket_id, text, source, files, key, kind="comment")


def give_reason(
    *, actor: User, ticket_id: int, text: str, source: str = Ticket.Source.TELEGRAM, key: str | None = None
) -> TicketComment:
    """Why the author returned the work: a comment, and the reason of their last return if it had none.

    Raises as `comment` does.
    """
    with transaction.atomic():
        said = _say(actor, ticket_id, text, source, (), key, kind="returned_reason")
        returned = TicketEvent.objects.filter(ticket_id=ticket_id, verb=Verb.RETURN, actor=actor, refused="")
        line = returned.order_by("-id").first()
        if line is not None and not line.reason:
            TicketEvent.objects.filter(pk=line.pk).update(reason=said.text)
    return said


def unexplained_return(author: User, since: datetime) -> TicketEvent | None:
    """The author's newest return of work in Telegram since then, if nothing happened to the ticket after it and they
    have not said why."""
    lines = TicketEvent.objects.filter(actor=author, verb=Verb.RETURN, refused="", at__gte=since)
    last = lines.filter(source=Ticket.Source.TELEGRAM).order_by("-id").first()
    if last is None or last.reason or TicketEvent.objects.filter(ticket=last.ticket_id, id__gt=last.pk).exists():
        return None
    return last


def add_note(*, actor: User, ticket_id: int, text: str) -> TicketNote:
    """Something for executors and managers alone; nobody is told. Raises `NoRights`, `TextMissing`."""
    ticket = reading.for_person(actor, ticket_id)
    if not reading.does_work(reading.parts_of(actor, ticket)):
        raise NoRights
    return TicketNote.objects.create(ticket=ticket, author=actor, text=_checked(text, ()))


def _say(
    actor: User,
    ticket_id: int,
    text: str,
    source: str,
    files: Sequence[NewFile],
    key: str | None,
    *,
    kind: str,
) -> TicketComment:
    known = TicketComment.objects.filter(key=key).first() if key is not None else None
    if known is not None:
        return known
    ticket = reading.for_person(actor, ticket_id)
    text = _checked(text, files)
    try:
        with transaction.atomic():
            said = TicketComment.objects.create(ticket=ticket, author=actor, text=text, source=source, key=key)
            attachments.keep(ticket=ticket, files=files, uploaded_by=actor, comment=said)
            line = history.note(ticket, Happening.COMMENT, actor=actor, source=source, commentId=said.pk)
            payload = history.as_payload(ticket) | {"commentId": said.pk, "actorId": actor.pk, "text": text}
            history.announce(ticket, COMMENTED, payload, line)
            notices.ping(ticket, line, notices.both_sides(ticket, kind))
    except IntegrityError:
        same = TicketComment.objects.filter(key=key).first() if key is not None else None
        if same is None:
            raise
        return same
    return said


def _checked(text: str, files: Sequence[NewFile]) -> str:
    text = text.strip()[:TEXT_LENGTH]
    if not text and not files:
        raise TextMissing(field="text")
    return text
