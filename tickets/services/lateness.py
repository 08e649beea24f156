"""Refuses, without waiting for anybody, to take what has long been taken: hundreds may press the same button.

Whoever sees the ticket still free goes on to the locks, where it is decided.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from accounts.models import User
from accounts.statements import hot_cursor
from tickets.errors import NoRights, Refusal
from tickets.lifecycle import Status
from tickets.models import Ticket
from tickets.services import history
from tickets.services.press import Press, unfit_state

PERSON: Final = ("id", "username", "name", "language", "time_zone", "telegram_id")
TICKET: Final = ("id", "executor_id", "status_id", "version", "taken_at")
HOLDER: Final = ("id", "username", "name")
"""Columns in the order of their models, in which Django takes them."""
# One statement instead of four, in SQL: everybody who presses waits for it, and the ORM takes longer to write it than
# PostgreSQL to answer.
FIND: Final = f"""
SELECT {", ".join(f"person.{name}" for name in PERSON)}, {", ".join(f"ticket.{name}" for name in TICKET)},
    {", ".join(f"holder.{name}" for name in HOLDER)},
    person.is_active AND EXISTS (
        SELECT FROM category_executors seat
        WHERE seat.user_id = person.id AND seat.ticket_category_id = ticket.category_id AND seat.is_active
    ), card.shown
FROM users person
JOIN tickets ticket ON ticket.id = %s::bigint AND ticket.status_id <> {Status.CREATED:d}
LEFT JOIN users holder ON holder.id = ticket.executor_id
LEFT JOIN ticket_cards card ON card.ticket_id = ticket.id AND card.person_id = person.id
WHERE person.
"""  # noqa: S608 - built from constants
BY_ID: Final = f"{FIND.rstrip()}id = %s::bigint"
BY_TELEGRAM: Final = (
    f"{FIND.rstrip()}telegram_id = %s::bigint AND person.is_active"
    " AND NOT EXISTS (SELECT FROM accounts_serviceaccount WHERE user_id = person.id)"
)


@dataclass(frozen=True)
class Late:
    """Somebody who wants a ticket that is not free any more. Of the two only what a refusal says is known.

    `shown` is the version of the ticket that their card tells of; None where they have no card.
    """

    person: User
    ticket: Ticket
    serves: bool
    shown: int | None


def find(ticket_id: int, *, person_id: int | None = None, telegram_id: int | None = None) -> Late | None:
    """The ticket, if it is not free any more, and who wants it: anybody by `person_id`, or by `telegram_id` somebody
    who may speak to the bot. Takes no lock. None: there is nothing to refuse yet."""
    by_id = person_id is not None
    with hot_cursor() as cursor:
        row = cursor.execute(
            BY_ID if by_id else BY_TELEGRAM, [ticket_id, person_id if by_id else telegram_id]
        ).fetchone()
    if row is None:
        return None
    values = iter(row)
    person = User.from_db(None, PERSON, [next(values) for _name in PERSON])
    ticket = Ticket.from_db(None, TICKET, [next(values) for _name in TICKET])
    holder = User.from_db(None, HOLDER, [next(values) for _name in HOLDER])
    ticket.executor = holder if holder.pk is not None else None
    return Late(person, ticket, *values)


def refuse(press: Press, late: Late) -> Refusal:
    """What they are told; it is a line of the history from then on."""
    refusal = unfit_state(press, late.ticket) if late.serves else NoRights()
    history.note_refused(press, late.ticket, refusal)
    return refusal
