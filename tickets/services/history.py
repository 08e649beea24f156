"""Lines of a ticket's history, and the events that workflows hear of. Both belong to the transaction of the change."""

from __future__ import annotations

from typing import Any, Final

from accounts.models import User
from accounts.statements import hot_cursor
from integrations import events
from tickets.errors import Refusal
from tickets.lifecycle import Status, Verb
from tickets.models import Ticket, TicketEvent
from tickets.services import meanings
from tickets.services.press import Press

EVENT_NAMES: Final[dict[Verb, str]] = {
    Verb.CREATE: "ticket.created",
    Verb.TAKE: "ticket.taken",
    Verb.DEFER: "ticket.deferred",
    Verb.TERM: "ticket.term_moved",
    Verb.RESUME: "ticket.resumed",
    Verb.SUBMIT: "ticket.submitted",
    Verb.WITHDRAW: "ticket.withdrawn",
    Verb.CONFIRM: "ticket.confirmed",
    Verb.RETURN: "ticket.returned",
    Verb.RELEASE: "ticket.released",
    Verb.REASSIGN: "ticket.reassigned",
    Verb.CANCEL: "ticket.cancelled",
    Verb.REOPEN: "ticket.reopened",
    Verb.RATE: "ticket.rated",
    Verb.VACATE: "ticket.vacated",
    Verb.EDIT: "ticket.edited",
}
CLOSED: Final = "ticket.closed"
"""Follows `ticket.confirmed` and `ticket.cancelled`; the payload's `outcome` says which of them."""
SOURCE: Final = "tickets"
# Hundreds may be refused at once, and each of them waits for this.
REFUSED: Final = """
INSERT INTO ticket_events
    (ticket_id, verb, actor_id, from_status_id, to_status_id, version, source, refused, reason, details)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, '', '{}')
"""
OUTCOMES: Final = {Verb.CONFIRM: "confirmed", Verb.CANCEL: "cancelled"}


def note_done(press: Press, ticket: Ticket, *, came_from: Status | None, **details: Any) -> TicketEvent:
    """A line that says what was done, and the event that tells workflows of it."""
    line = TicketEvent.objects.create(
        ticket=ticket,
        verb=press.verb,
        actor=press.actor,
        from_status_id=came_from,
        to_status_id=ticket.status_id,
        version=ticket.version,
        source=press.source,
        reason=press.reason,
        details=details,
    )
    said = as_payload(ticket) | {"actorId": press.actor.pk if press.actor else None, "reason": press.reason, **details}
    announce(ticket, EVENT_NAMES[press.verb], said, line)
    if press.verb in OUTCOMES:
        announce(ticket, CLOSED, said | {"outcome": OUTCOMES[press.verb]}, line)
    meanings.tell(press, ticket, line, handed_over_by=details.get("formerExecutorId"))
    return line


def note_refused(press: Press, ticket: Ticket, refusal: Refusal) -> None:
    """A line that says what was not done, and why."""
    actor = press.actor.pk if press.actor is not None else None
    with hot_cursor() as cursor:
        cursor.execute(
            REFUSED,
            [
                ticket.pk,
                press.verb.value,
                actor,
                ticket.status_id,
                ticket.status_id,
                ticket.version,
                press.source,
                refusal.code,
            ],
        )


def note(ticket: Ticket, verb: str, *, actor: User | None = None, source: str, **details: Any) -> TicketEvent:
    """A line about something that changes neither status nor version."""
    return TicketEvent.objects.create(
        ticket=ticket,
        verb=verb,
        actor=actor,
        from_status_id=ticket.status_id,
        to_status_id=ticket.status_id,
        version=ticket.version,
        source=source,
        details=details,
    )


def announce(ticket: Ticket, name: str, payload: dict[str, Any], line: TicketEvent) -> None:
    """An event with the ticket's number as its subject; once per line of history."""
    events.emit(
        project_id=ticket.project_id,
        name=name,
        subject=str(ticket.number),
        payload=payload,
        dedupe_key=f"{ticket.number}:{line.pk}",
        source=SOURCE,
        depth=line.depth,
    )


def as_payload(ticket: Ticket) -> dict[str, Any]:
    """The ticket as workflows see it."""
    return {
        "id": ticket.pk,
        "number": ticket.number,
        "statusId": ticket.status_id,
        "version": ticket.version,
        "categoryId": ticket.category_id,
        "category": ticket.category.name,
        "authorId": ticket.author_id,
        "executorId": ticket.executor_id,
        "priority": ticket.priority,
        "title": ticket.title,
        "round": ticket.round,
        "rating": ticket.rating,
        "executionId": str(ticket.execution_id) if ticket.execution_id else None,
    }
