"""The one order of locks: first the executors' lines, by id, then the ticket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

from django.db import transaction

from accounts import clock
from accounts.models import User
from tickets.errors import NoRights, StaleTicket
from tickets.hours import Hours
from tickets.models import CategoryExecutor, Ticket

TRIES: Final = 5


@dataclass
class Locked:
    """A ticket that nobody else can change until the transaction ends, and the lines of the executors concerned."""

    ticket: Ticket
    seats: dict[int, CategoryExecutor]
    now: datetime

    @cached_property
    def hours(self) -> Hours:
        """The working hours of the ticket's category."""
        return self.ticket.category.hours()

    def serves(self, user_id: int | None) -> bool:
        """Whether the person takes tickets of this category today; the line must be among those locked."""
        seat = self.seats.get(user_id) if user_id is not None else None
        return seat is not None and seat.is_active and seat.user.is_active


class _Moved(StaleTicket):
    """The ticket went to somebody else's hands while its holder's line was being locked."""


def lock(ticket_id: int, *people: int | None) -> Locked:
    """Lock the lines of `people` and of the ticket's executor, then the ticket.

    Needs a transaction. Raises `NoRights` for a ticket that does not exist.
    """
    for _try in range(TRIES):
        try:
            with transaction.atomic():
                return _lock(ticket_id, people)
        except _Moved:
            continue
    raise _Moved


def _lock(ticket_id: int, people: tuple[int | None, ...]) -> Locked:
    known = Ticket.objects.filter(pk=ticket_id).values_list("category_id", "executor_id").first()
    if known is None:
        raise NoRights
    category_id, holder_id = known
    wanted = {person for person in (*people, holder_id) if person is not None}
    seats = CategoryExecutor.objects.select_for_update(of=("self",)).select_related("user").order_by("id")
    locked = {seat.user_id: seat for seat in seats.filter(ticket_category_id=category_id, user_id__in=wanted)}
    tickets = Ticket.objects.select_for_update(of=("self",), no_key=True)
    ticket = tickets.select_related("category__calendar", "author", "executor").get(pk=ticket_id)
    if ticket.executor_id is not None and ticket.executor_id not in wanted:
        raise _Moved
    return Locked(ticket, locked, clock.read())


def seat_of(locked: Locked, actor: User | None) -> CategoryExecutor | None:
    """The actor's line among the executors of the ticket's category."""
    return None if actor is None else locked.seats.get(actor.pk)
