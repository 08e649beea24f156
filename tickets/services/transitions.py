"""The one way in which a ticket changes: Telegram, API, pages, admin, workflows and the clock all come through here."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from accounts.models import User
from tickets.errors import Refusal
from tickets.lifecycle import Verb
from tickets.models import Ticket, TicketEvent
from tickets.services import history, lateness, moves, notices, people
from tickets.services.locking import Locked, lock
from tickets.services.press import Press, refusal_of


def transition(
    *,
    actor: User | None,
    ticket_id: int,
    verb: Verb | str,
    version: int | None = None,
    source: str = Ticket.Source.API,
    **said: Any,
) -> Ticket:
    """Do `verb` to the ticket, with its history, messages and event, in one transaction; returns the ticket.

    An edit that changes nothing is none.

    `actor` None is the clock. `version` is that of the card or page that was pressed; None does not ask. `said` are
    further fields of `Press`, such as `reason`, `term`, `until`, `executor_id`, `rating`. Raises a `Refusal`, which
    is then a line of the history, also where the caller's transaction goes on; `NoRights` for an unknown ticket; and
    `TermInvalid`, `RatingInvalid`, `ExecutorUnfit`.
    """
    press = Press(actor=actor, verb=Verb(verb), version=version, source=source, **said)
    outcome = _late(press, ticket_id) or _attempt(press, ticket_id)
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


@transaction.atomic
def _attempt(press: Press, ticket_id: int) -> Ticket | Refusal:
    actor_id = press.actor.pk if press.actor is not None else None
    locked = lock(ticket_id, actor_id, press.executor_id)
    refusal = refusal_of(press, locked)
    if refusal is not None:
        history.note_refused(press, locked.ticket, refusal)
        return refusal
    if moves.is_idle(press, locked.ticket):
        return locked.ticket
    perform(press, locked)
    return locked.ticket


def _late(press: Press, ticket_id: int) -> Refusal | None:
    """Refuse to take what has long been taken, without any lock."""
    if press.verb is not Verb.TAKE or press.actor is None:
        return None
    late = lateness.find(ticket_id, person_id=press.actor.pk)
    return lateness.refuse(press, late) if late is not None else None


def perform(press: Press, locked: Locked, **details: Any) -> TicketEvent:
    """Do what was found to be allowed, under the locks of the caller's transaction; returns the line of history."""
    ticket = locked.ticket
    came_from, was_held_by = ticket.state, ticket.executor_id
    moves.apply(press, locked)
    line = history.note_done(press, ticket, came_from=came_from, **_details(press, ticket, was_held_by), **details)
    notices.tell_of(press.verb, ticket, line, was_held_by=was_held_by)
    return line


def _details(press: Press, ticket: Ticket, was_held_by: int | None) -> dict[str, Any]:
    """What the history tells besides: who had it, until when it sleeps, how it was judged."""
    said: dict[str, Any] = {}
    if was_held_by != ticket.executor_id:
        said |= {"executorId": ticket.executor_id, "formerExecutorId": was_held_by}
    if press.verb in (Verb.DEFER, Verb.TERM) and ticket.deferred_until is not None:
        said["until"] = ticket.deferred_until.isoformat()
        if press.term:
            said["term"] = str(press.term)
    if press.verb is Verb.RATE:
        said["rating"] = ticket.rating
    if press.verb is Verb.CONFIRM and ticket.self_confirmed:
        said["selfConfirmed"] = True
    if press.verb is Verb.REASSIGN and ticket.executor_id is not None:
        seat_load = people.load_of(ticket.executor_id, ticket.category_id)
        said["load"] = seat_load
    return said
