"""Who somebody is to a ticket, who can be written to, and who is asked to take what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q

from accounts import services as accounts
from accounts.clock import Now
from accounts.models import Membership, User
from accounts.roles import ACTIONS, Role
from tickets.lifecycle import HELD, Part, Status
from tickets.models import CategoryExecutor, Presence, Ticket


@dataclass(frozen=True)
class Executor:
    """Somebody who serves a category, with how much they have in work."""

    user_id: int
    priority: int
    max_tickets: int
    load: int

    @property
    def free(self) -> bool:
        return self.load < self.max_tickets


def parts_of(user: User | None, ticket: Ticket, seat: CategoryExecutor | None) -> frozenset[Part]:
    """What `user` is to the ticket; `seat` is their line among its category's executors. None is the clock."""
    if user is None:
        return frozenset({Part.CLOCK})
    if not user.is_active:
        return frozenset()
    serves = seat is not None and seat.is_active
    said = {
        Part.AUTHOR: user.pk == ticket.author_id,
        Part.EXECUTOR: serves,
        Part.HOLDER: serves and user.pk == ticket.executor_id,
        Part.MANAGER: manages(user, ticket.project_id),
    }
    return frozenset(part for part, true in said.items() if true)


def manages(user: User, project_id: int) -> bool:
    """Whether `user` looks after the tickets of the project."""
    return project_id in accounts.project_ids(user, action="ticket.manage")


def managers_of(project_id: int) -> list[int]:
    """Who looks after the tickets of the project: those with the role, and superusers."""
    roles = [role.value for role in Role if role.rank >= ACTIONS["ticket.manage"].rank]
    members = Membership.objects.filter(project_id=project_id, role__in=roles).values("user_id")
    people = User.objects.people().filter(Q(pk__in=members) | Q(is_superuser=True), is_active=True)
    return list(people.order_by("id").values_list("id", flat=True))


def executors_of(category_id: int) -> list[Executor]:
    """Who serves the category now, those of higher priority first."""
    seats = CategoryExecutor.objects.filter(ticket_category_id=category_id, is_active=True, user__is_active=True)
    loads = loads_in([category_id])
    return [
        Executor(seat.user_id, seat.priority, seat.max_tickets, loads[seat.user_id, category_id])
        for seat in seats.order_by("-priority", "id")
    ]


def loads_in(categories: Collection[int]) -> Counter[tuple[int, int]]:
    """How many tickets people have in work, by person and category."""
    held = Ticket.objects.filter(category_id__in=categories, status_id=Status.IN_WORK).order_by()
    rows = held.values("executor_id", "category_id").annotate(load=Count("id"))
    return Counter({(row["executor_id"], row["category_id"]): row["load"] for row in rows})


def load_of(user_id: int, category_id: int) -> int:
    """How many tickets of the category the person has in work."""
    return Ticket.objects.filter(executor_id=user_id, category_id=category_id, status_id=Status.IN_WORK).count()


def tiers_of(executors: Iterable[Executor]) -> list[list[int]]:
    """Executors by priority, the highest first: one wave after the other."""
    tiers: dict[int, list[int]] = {}
    for executor in executors:
        tiers.setdefault(executor.priority, []).append(executor.user_id)
    return [tiers[priority] for priority in sorted(tiers, reverse=True)]


def chats_of(people: Collection[int | None], *, offer: bool = False) -> dict[int, int]:
    """Telegram chats by person, of those who can be written to; an `offer` spares people who are away."""
    known = User.objects.filter(pk__in=[person for person in people if person is not None], is_active=True)
    known = known.exclude(telegram_id=None).exclude(telegram_presence__reachable=False)
    if offer:
        known = known.exclude(pk__in=Presence.objects.filter(away_until__gt=Now()).values("person_id"))
    return {
        person.pk: person.telegram_id for person in known.order_by("id").only("id", "telegram_id") if person.telegram_id
    }


def least_loaded(executors: Iterable[Executor]) -> list[int]:
    """Who is to be given a ticket without being asked: those with room, the least busy first, then by priority."""
    free = [executor for executor in executors if executor.free]
    return [one.user_id for one in sorted(free, key=lambda one: (one.load / one.max_tickets, -one.priority))]


def absent(people: Collection[int]) -> set[int]:
    """Who of them is away for now, or cannot be written to in Telegram any more."""
    gone = Q(reachable=False) | Q(away_until__gt=Now())
    return set(Presence.objects.filter(gone, person__in=people).values_list("person_id", flat=True))


def orphaned() -> list[int]:
    """Tickets in hand of somebody who does not serve their category any more, oldest first."""
    serving = CategoryExecutor.objects.filter(
        user_id=OuterRef("executor_id"),
        ticket_category_id=OuterRef("category_id"),
        is_active=True,
        user__is_active=True,
    )
    held = Ticket.objects.filter(status_id__in=HELD).exclude(Exists(serving))
    return list(held.order_by("id").values_list("id", flat=True))
