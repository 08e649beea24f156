"""Until when a press puts a ticket off, and whether that is one more time.

Putting off is one press and choosing its term a second: together they are one time. Whoever has chosen already and
puts the return off further does it once more, or the limit of a category would hold nobody.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from accounts.models import User
from tickets.hours import Hours
from tickets.lifecycle import Verb
from tickets.models import TicketEvent
from tickets.services.locking import Locked
from tickets.terms import Term, until


def returns_at(
    locked: Locked, *, actor: User | None, term: Term | str | None = None, at: datetime | None = None
) -> datetime:
    """When a ticket comes back that `actor` (None: the clock) puts off now, for `term` or until the moment `at`.

    Without both it is the next working day.
    """
    return at or until(Term(term or Term.TOMORROW), now=locked.now, hours=_hours_of(actor, locked))


def is_once_more(locked: Locked, *, verb: Verb, returns: datetime) -> bool:
    """Whether `defer` or `term` counts as putting off when the ticket is to come back at `returns`."""
    if verb is Verb.DEFER:
        return True
    stands = locked.ticket.deferred_until
    return stands is not None and returns > stands and _was_chosen(locked)


def _was_chosen(locked: Locked) -> bool:
    """Whether somebody has chosen the term that stands."""
    done = TicketEvent.objects.filter(ticket=locked.ticket, refused="", verb__in=(Verb.DEFER, Verb.TERM))
    last = done.order_by("-id").first()
    return last is not None and (last.verb == Verb.TERM or "term" in last.details)


def _hours_of(actor: User | None, locked: Locked) -> Hours:
    """The working hours by which a term is counted; round the clock, the day is that of who puts off."""
    if locked.ticket.category.calendar is not None or actor is None:
        return locked.hours
    return replace(locked.hours, zone=actor.time_zone)
