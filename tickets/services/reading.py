"""What people may see of the desk."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from django.db.models import Q, QuerySet

from accounts.models import User
from accounts.services import project_ids
from tickets.errors import CategoryNotFound, NoRights, TicketNotFound
from tickets.lifecycle import Part, Status, Verb, allowed_verbs
from tickets.models import (
    CategoryExecutor,
    Ticket,
    TicketAttachment,
    TicketCategory,
    TicketComment,
    TicketEvent,
    TicketNote,
)
from tickets.services import people

WORKERS: Final = frozenset({Part.EXECUTOR, Part.HOLDER, Part.MANAGER})


def for_person(user: User, ticket_id: int) -> Ticket:
    """The ticket, if `user` may see it. Raises `NoRights` for a foreign one and for one that does not exist alike."""
    ticket = visible_to(user).filter(pk=ticket_id).first()
    if ticket is None or not user.is_active:
        raise NoRights
    return ticket


def may_see(user: User, ticket: Ticket) -> bool:
    return Ticket.objects.visible_to(user).filter(pk=ticket.pk).exists()


def find(user: User, ticket_id: int) -> Ticket:
    """The ticket, if `user` may see it; raises `TicketNotFound`, as addresses do."""
    try:
        return for_person(user, ticket_id)
    except NoRights as error:
        raise TicketNotFound from error


def visible_to(user: User) -> QuerySet[Ticket]:
    """Every ticket that `user` may see, the newest first."""
    return Ticket.objects.visible_to(user).with_people().order_by("-id")


def my_tickets(user: User) -> QuerySet[Ticket]:
    """What the person has to do with and is not over: their own tickets and those in their hands."""
    mine = Q(author=user) | Q(executor=user, status_id__in=[Status.IN_WORK, Status.DEFERRED, Status.ON_CONFIRMATION])
    return Ticket.objects.open().with_people().filter(mine).order_by("-id")


def parts_of(user: User, ticket: Ticket) -> frozenset[Part]:
    """What the person is to the ticket."""
    seat = CategoryExecutor.objects.filter(user=user, ticket_category_id=ticket.category_id).first()
    return people.parts_of(user, ticket, seat)


def verbs_for(user: User, ticket: Ticket) -> list[Verb]:
    """What the person may be offered to do with the ticket now; guards such as the limit are asked when they do."""
    return allowed_verbs(ticket.state, parts_of(user, ticket))


def history(ticket: Ticket) -> QuerySet[TicketEvent]:
    """What has been done, the oldest first, without what was refused."""
    return TicketEvent.objects.filter(ticket=ticket, refused="").select_related("actor").order_by("id")


def comments(ticket: Ticket) -> QuerySet[TicketComment]:
    return TicketComment.objects.filter(ticket=ticket).select_related("author").prefetch_related("attachments")


def does_work(parts: Collection[Part]) -> bool:
    """Whether somebody who is `parts` to a ticket is of those who do the work and may read and write its notes."""
    return not WORKERS.isdisjoint(parts)


def notes(ticket: Ticket, parts: Collection[Part]) -> QuerySet[TicketNote]:
    """Notes, for those who do the work; none for anybody else."""
    found = TicketNote.objects.filter(ticket=ticket).select_related("author")
    return found if does_work(parts) else found.none()


def files(ticket: Ticket) -> QuerySet[TicketAttachment]:
    return TicketAttachment.objects.filter(ticket=ticket)


def open_categories(user: User) -> QuerySet[TicketCategory]:
    """Categories that take tickets. Anybody who may log in may open one."""
    return TicketCategory.objects.filter(is_active=True) if user.is_active else TicketCategory.objects.none()


def category(user: User, category_id: int) -> TicketCategory:
    """A category, if it is open or `user` manages it; raises `CategoryNotFound`."""
    managed = project_ids(user, action="desk.manage")
    found = TicketCategory.objects.filter(Q(is_active=True) | Q(project_id__in=managed), pk=category_id).first()
    if found is None:
        raise CategoryNotFound
    return found
