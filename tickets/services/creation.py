"""Opening a ticket."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db import IntegrityError, transaction

from accounts import clock, quotas
from accounts.models import User
from tickets.errors import CategoryClosed, CategoryNotFound, TextMissing
from tickets.lifecycle import Verb
from tickets.models import Ticket, TicketCategory
from tickets.services import attachments, history, moves, notices
from tickets.services.attachments import NewFile
from tickets.services.locking import Locked
from tickets.services.press import Press

TITLE_LENGTH = 200
DESCRIPTION_LENGTH = 20_000


def create(
    *,
    author: User,
    category_id: int,
    description: str = "",
    title: str = "",
    priority: str = Ticket.Priority.NORMAL,
    creator: User | None = None,
    source: str = Ticket.Source.API,
    files: Sequence[NewFile] = (),
    key: str | None = None,
    execution_id: uuid.UUID | None = None,
    depth: int = 0,
) -> Ticket:
    """T1: a ticket of `author`, with those told who may take it, in one transaction.

    Without a title the first line of the description is it. A second call with the same `key` gives the first one's
    ticket and causes nothing. `execution_id` and `depth` are of the run that opens it. Raises `CategoryNotFound`,
    `CategoryClosed`, `TextMissing`, `FileRefused`, `QuotaExceeded`.
    """
    repeated = key is not None and Ticket.objects.with_people().filter(key=key).first()
    if repeated:
        return repeated
    category = TicketCategory.objects.select_related("calendar").filter(pk=category_id).first()
    if category is None:
        raise CategoryNotFound
    if not category.is_active:
        raise CategoryClosed
    title, description = worded(title, description, files)
    if execution_id is None:  # how many a workflow opens is bounded by its own limits
        quotas.refuse_beyond("open_tickets", Ticket.objects.filter(author=author, closed_at=None).count)
    try:
        with transaction.atomic():
            ticket = Ticket.objects.create(
                project_id=category.project_id,
                category=category,
                author=author,
                creator=creator or author,
                title=title,
                description=description,
                priority=priority,
                source=source,
                key=key,
                execution_id=execution_id,
                depth=depth,
            )
            _settle_in(ticket, creator or author, files)
    except IntegrityError:
        # Of two calls with one key that came together, the second finds what the first has made.
        same = Ticket.objects.with_people().filter(key=key).first() if key is not None else None
        if same is None:
            raise
        return same
    return ticket


def worded(title: str, description: str, files: Sequence[NewFile] = ()) -> tuple[str, str]:
    """Title and text, of which one is needed; a picture without words is called by its name.

    Raises `TextMissing`.
    """
    title, description = title.strip(), description.strip()[:DESCRIPTION_LENGTH]
    first_line = title or description.partition("\n")[0] or (files[0].name if files else "")
    if not first_line:
        raise TextMissing(field="description")
    return first_line[:TITLE_LENGTH], description


def _settle_in(ticket: Ticket, creator: User, files: Sequence[NewFile]) -> None:
    """What comes with a new ticket: its times, files, timers, history and messages."""
    ticket.refresh_from_db(fields=["created_at", "updated_at", "status_since"])
    attachments.keep(ticket=ticket, files=files, uploaded_by=creator)
    moves.plan(Locked(ticket, {}, clock.read()))
    ticket.save(update_fields=["reaction_due_at"])
    press = Press(actor=creator, verb=Verb.CREATE, source=ticket.source)
    line = history.note_done(press, ticket, came_from=None)
    notices.tell_of_creation(ticket, line)
