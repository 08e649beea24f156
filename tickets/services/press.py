"""What somebody wants to do to a ticket, and why they may not."""

from __future__ import annotations

import zoneinfo
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from accounts.models import User
from tickets import errors
from tickets.lifecycle import Part, Status, Verb, Verdict, decide
from tickets.models import Ticket, TicketCategory, TicketEvent
from tickets.services import deferring, people
from tickets.services.locking import Locked, seat_of
from tickets.terms import Term

DOUBLE_TAP: Final = timedelta(seconds=10)
LONGEST_DEFERRAL: Final = timedelta(days=366)
IN_HANDS: Final = (Status.IN_WORK, Status.DEFERRED, Status.ON_CONFIRMATION)


@dataclass(frozen=True)
class Press:
    """A verb with its author and all that comes with it. `actor` None is the clock; `version` None does not ask."""

    actor: User | None
    verb: Verb
    version: int | None = None
    source: str = Ticket.Source.API
    reason: str = ""
    term: Term | str | None = None
    until: datetime | None = None
    executor_id: int | None = None
    rating: int | None = None
    title: str | None = None
    description: str | None = None
    priority: str | None = None


def refusal_of(press: Press, locked: Locked) -> errors.Refusal | None:
    """Why the press changes nothing; None when it may be done. Raises what is wrong with the press itself."""
    ticket = locked.ticket
    parts = people.parts_of(press.actor, ticket, seat_of(locked, press.actor))
    fits = press.version is None or press.version == ticket.version
    verdict = decide(press.verb, status=ticket.state, parts=parts, version_fits=fits)
    if verdict is Verdict.NO_RIGHTS:
        return errors.NoRights()
    if verdict is not Verdict.ALLOWED and _double_tap(press, locked):
        return errors.AlreadyDone() if press.verb is not Verb.TAKE else errors.AlreadyYours()
    if verdict is Verdict.WRONG_STATE:
        return unfit_state(press, ticket)
    if verdict is Verdict.STALE:
        return errors.StaleTicket(version=ticket.version)
    guard = GUARDS.get(press.verb)
    return guard(press, locked, parts) if guard is not None else None


def unfit_state(press: Press, ticket: Ticket) -> errors.Refusal:
    """What is said to somebody whose button does not fit the ticket's status."""
    holder = ticket.executor
    if press.verb is Verb.TAKE and ticket.state in IN_HANDS and holder is not None:
        if press.actor is not None and holder.pk == press.actor.pk:
            return errors.AlreadyYours()
        return errors.AlreadyTaken(name=str(holder), time=_clock_of(press.actor, ticket.taken_at))
    return errors.WrongState(status_id=ticket.state.value, status=ticket.state_name)


def _clock_of(reader: User | None, moment: datetime | None) -> str:
    zone = zoneinfo.ZoneInfo(reader.time_zone if reader is not None else "UTC")
    return f"{moment.astimezone(zone):%H:%M}" if moment is not None else ""


def _double_tap(press: Press, locked: Locked) -> bool:
    """Whether the last thing that was done is this very thing, by the same person, a moment ago."""
    done = TicketEvent.objects.filter(ticket=locked.ticket, refused="").order_by("-id").first()
    return (
        done is not None
        and press.actor is not None
        and done.actor_id == press.actor.pk
        and done.verb == press.verb
        and locked.now - done.at <= DOUBLE_TAP
        and _asks_for_the_same(press, done.details)
    )


def _asks_for_the_same(press: Press, done: dict[str, Any]) -> bool:
    """Whether what comes with the verb is what was done, too: another term or rating is another wish."""
    asked = {"term": press.term, "rating": press.rating, "executorId": press.executor_id}
    if press.until is not None and press.until != datetime.fromisoformat(done["until"]):
        return False
    return all(value is None or done.get(name) == value for name, value in asked.items())


def _may_take(press: Press, locked: Locked, parts: frozenset[Part]) -> errors.Refusal | None:
    seat = seat_of(locked, press.actor)
    if seat is None:
        return errors.NoRights()
    load = people.load_of(seat.user_id, seat.ticket_category_id)
    return errors.LimitReached(load=load, limit=seat.max_tickets) if load >= seat.max_tickets else None


def _may_put_off(press: Press, locked: Locked, parts: frozenset[Part]) -> errors.Refusal | None:
    _check_term(press, locked)
    spent = locked.ticket.deferrals >= locked.ticket.category.max_deferrals
    if not spent or Part.MANAGER in parts:
        return None
    returns = deferring.returns_at(locked, actor=press.actor, term=press.term, at=press.until)
    once_more = deferring.is_once_more(locked, verb=press.verb, returns=returns)
    return errors.DeferralsSpent() if once_more else None


def _check_term(press: Press, locked: Locked) -> None:
    until = press.until
    if until is not None and not locked.now < until <= locked.now + LONGEST_DEFERRAL:
        raise errors.TermInvalid(field="until")


def _may_confirm(press: Press, locked: Locked, parts: frozenset[Part]) -> errors.Refusal | None:
    ticket = locked.ticket
    rule = ticket.category.self_confirmation
    if press.actor is None or ticket.executor_id != press.actor.pk or rule == TicketCategory.SelfConfirmation.ALLOW:
        return None
    manages = Part.MANAGER in parts and rule == TicketCategory.SelfConfirmation.MANAGER
    return None if manages else errors.SelfConfirmation()


def _may_reassign(press: Press, locked: Locked, parts: frozenset[Part]) -> errors.Refusal | None:
    if not locked.serves(press.executor_id):
        raise errors.ExecutorUnfit(field="executorId")
    return errors.AlreadyDone() if press.executor_id == locked.ticket.executor_id else None


def _may_reopen(press: Press, locked: Locked, parts: frozenset[Part]) -> errors.Refusal | None:
    ticket = locked.ticket
    window = ticket.category.reopen_seconds
    if Part.MANAGER in parts:
        return None
    closed = ticket.closed_at
    in_time = window is not None and closed is not None and locked.now - closed <= timedelta(seconds=window)
    return None if in_time else errors.ReopenTooLate()


def _may_rate(press: Press, locked: Locked, parts: frozenset[Part]) -> errors.Refusal | None:
    if press.rating is None or not 1 <= press.rating <= 5:
        raise errors.RatingInvalid(field="rating")
    return None


GUARDS: Final = {
    Verb.TAKE: _may_take,
    Verb.DEFER: _may_put_off,
    Verb.TERM: _may_put_off,
    Verb.CONFIRM: _may_confirm,
    Verb.REASSIGN: _may_reassign,
    Verb.REOPEN: _may_reopen,
    Verb.RATE: _may_rate,
}
