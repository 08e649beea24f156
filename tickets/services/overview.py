"""The desk at a glance: tickets by status, what is late, how much everybody has in hand, whom nobody can write to."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db.models import Case, Count, DateTimeField, F, Q, QuerySet, When

from accounts import services as accounts
from accounts.clock import Now
from accounts.models import User
from tickets.lifecycle import OPEN, Status
from tickets.models import CategoryExecutor, Presence, Ticket
from tickets.models.desk import STATUS_NAMES
from tickets.services import people

SOON: Final = timedelta(hours=1)
COLUMN: Final = 30
"""Tickets shown of one status."""
CLOSED_FOR: Final = timedelta(days=7)
"""How long a ticket that is over stands on the board."""


@dataclass(frozen=True)
class Terms:
    """Open tickets by their next term: already missed, within `SOON`, later; those without one are in neither."""

    late: int
    soon: int
    in_time: int


@dataclass(frozen=True)
class Column:
    """One status on the board: how many tickets there are, and the most pressing of them with `due`."""

    status: Status
    name: str
    count: int
    tickets: list[Ticket]


@dataclass(frozen=True)
class Load:
    """One executor in one category. `obstacle` says why nobody can write to them; empty when somebody can."""

    person: User
    category: str
    in_work: int
    limit: int
    active: bool
    obstacle: str


def projects_of(user: User) -> Collection[int]:
    """Projects whose desk `user` looks after."""
    return accounts.project_ids(user, action="ticket.manage")


def name_of(status: Status) -> str:
    """What people call a status, in the language of the reader."""
    return str(STATUS_NAMES[status])


def by_status(projects: Collection[int]) -> dict[Status, int]:
    """How many tickets stand where; those that are over, of the last week only."""
    rows = _board(projects).order_by().values("status_id").annotate(count=Count("id"))
    found = dict(rows.values_list("status_id", "count"))
    return {status: found.get(status.value, 0) for status in Status}


def terms(projects: Collection[int]) -> Terms:
    """How the open tickets stand to their terms."""
    found = _due(Ticket.objects.filter(project_id__in=projects, status_id__in=sorted(OPEN))).aggregate(
        late=Count("id", filter=Q(due__lt=Now())),
        soon=Count("id", filter=Q(due__gte=Now(), due__lt=Now() + SOON)),
        in_time=Count("id", filter=Q(due__gte=Now() + SOON)),
    )
    return Terms(**found)


def board(projects: Collection[int]) -> list[Column]:
    """Tickets by status, in each those first whose term is next."""
    counts = by_status(projects)
    columns = []
    for status in Status:
        tickets = _due(_board(projects).filter(status_id=status)).select_related("category", "executor", "author")
        shown = tickets.order_by(F("due").asc(nulls_last=True), "-id")[:COLUMN]
        columns.append(Column(status, name_of(status), counts[status], list(shown)))
    return columns


def loads(projects: Collection[int]) -> list[Load]:
    """How much each executor has in work in each category, and whether they can be written to."""
    seats = CategoryExecutor.objects.filter(ticket_category__project_id__in=projects)
    known = list(seats.select_related("user", "ticket_category").order_by("ticket_category__name", "-priority", "id"))
    in_work = people.loads_in({seat.ticket_category_id for seat in known})
    silent = unreachable([seat.user_id for seat in known])
    return [
        Load(
            seat.user,
            seat.ticket_category.name,
            in_work[seat.user_id, seat.ticket_category_id],
            seat.max_tickets,
            seat.is_active and seat.user.is_active,
            silent.get(seat.user_id, ""),
        )
        for seat in known
    ]


def unreachable(ids: Collection[int]) -> dict[int, str]:
    """Those of the people whom the bot cannot write to: `unlinked`, or the reason that Telegram gave."""
    chats = people.chats_of(ids)
    reasons = dict(
        Presence.objects.filter(person__in=ids, reachable=False).values_list("person_id", "unreachable_reason")
    )
    return {person: reasons.get(person) or "unlinked" for person in ids if person not in chats}


def _board(projects: Collection[int]) -> QuerySet[Ticket]:
    recent = Q(status_id__in=sorted(OPEN)) | Q(closed_at__gte=Now() - CLOSED_FOR)
    return Ticket.objects.filter(recent, project_id__in=projects)


def _due(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """With `due`: by when somebody has to move. A deferred ticket and one that waits for its author stand still."""
    term = Case(
        When(status_id=Status.CREATED, then=F("reaction_due_at")),
        When(status_id=Status.IN_WORK, then=F("resolution_due_at")),
        default=None,
        output_field=DateTimeField(),
    )
    return tickets.annotate(due=term)
