"""What a change of a ticket means to who never heard of tickets: events under the names of the catalogue."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from accounts.clock import Now
from integrations import events
from tickets.lifecycle import Status, Verb
from tickets.models import Ticket, TicketEvent
from tickets.services.press import Press

SOURCE: Final = "tickets"
REPEATED_WITHIN: Final = timedelta(days=30)
"""A ticket of the same author in the same category, so soon after one that was resolved, is the same problem again."""


def tell(press: Press, ticket: Ticket, line: TicketEvent, *, handed_over_by: int | None) -> None:
    """What follows from a line of history, in its transaction. `handed_over_by` had the ticket until now."""
    if press.verb is Verb.CONFIRM:
        _emit(ticket, "task.completed", {**_task(ticket), "by": _login(press)}, line)
    elif press.verb is Verb.REASSIGN and press.actor is not None and handed_over_by and not press.reason.strip():
        said = {"ticket": str(ticket.number), "from": str(handed_over_by), "to": str(ticket.executor_id)}
        _emit(ticket, "client.handed_over_without_comment", said, line)
    elif press.verb is Verb.REOPEN:
        _tell_of_repetition(ticket, ticket, line)
    elif press.verb is Verb.CREATE:
        before = _resolved_before(ticket)
        if before is not None:
            _tell_of_repetition(ticket, before, line)


def tell_overdue(ticket: Ticket, line: TicketEvent, *, due_at: Any) -> None:
    """What was promised was not kept."""
    due = {} if due_at is None else {"dueAt": due_at.isoformat()}
    _emit(ticket, "task.overdue", {**_task(ticket), **due}, line)


def _resolved_before(ticket: Ticket) -> Ticket | None:
    resolved = Ticket.objects.filter(
        author_id=ticket.author_id,
        category_id=ticket.category_id,
        status_id=Status.COMPLETED,
        closed_at__gt=Now() - REPEATED_WITHIN,
    )
    return resolved.exclude(pk=ticket.pk).order_by("-id").first()


def _tell_of_repetition(ticket: Ticket, before: Ticket, line: TicketEvent) -> None:
    said = {
        "contactId": str(ticket.author_id),
        "category": ticket.category.name,
        "ticket": ticket.number,
        "previousTicket": before.number,
    }
    _emit(ticket, "issue.repeated", said, line, subject=str(ticket.author_id))


def _task(ticket: Ticket) -> dict[str, Any]:
    return {"taskId": str(ticket.number), "title": ticket.title}


def _login(press: Press) -> str:
    return press.actor.username if press.actor is not None else ""


def _emit(ticket: Ticket, name: str, payload: dict[str, Any], line: TicketEvent, *, subject: str = "") -> None:
    events.emit(
        project_id=ticket.project_id,
        name=name,
        subject=subject or str(ticket.number),
        payload=payload,
        dedupe_key=f"{ticket.number}:{line.pk}",
        source=SOURCE,
        depth=line.depth,
    )
