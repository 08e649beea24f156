"""Who takes tickets of which category: adding, changing and removing them."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from accounts import services as accounts
from accounts import trail
from accounts.models import User
from tickets.errors import CategoryNotFound, ExecutorNotFound, ExecutorTaken, PersonNotFound
from tickets.models import CategoryExecutor, TicketCategory
from tickets.services import clockwork


def managed_by(user: User) -> QuerySet[CategoryExecutor]:
    """The executors of all categories that `user` manages."""
    categories = TicketCategory.objects.managed_by(user)
    found = CategoryExecutor.objects.filter(ticket_category__in=categories)
    return found.select_related("user", "ticket_category").order_by("ticket_category__name", "-priority", "id")


def find(user: User, seat_id: int) -> CategoryExecutor:
    """One of them; raises `ExecutorNotFound`."""
    seat = managed_by(user).filter(pk=seat_id).first()
    if seat is None:
        raise ExecutorNotFound
    return seat


def add(
    *,
    actor: User,
    user_id: int,
    category_id: int,
    priority: int = 0,
    max_tickets: int = 10,
    is_active: bool = True,
) -> CategoryExecutor:
    """Let a person take tickets of a category.

    Raises `CategoryNotFound`, `Forbidden`, `PersonNotFound`, `ExecutorTaken`.
    """
    category = TicketCategory.objects.filter(pk=category_id).first()
    if category is None or accounts.role_in(actor, category.project_id) is None:
        raise CategoryNotFound(field="categoryId")
    accounts.require(actor, "desk.manage", category.project_id)
    person = User.objects.people().filter(pk=user_id, is_active=True).first()
    if person is None:
        raise PersonNotFound(field="userId")
    try:
        with transaction.atomic():
            seat = CategoryExecutor.objects.create(
                user=person, ticket_category=category, priority=priority, max_tickets=max_tickets, is_active=is_active
            )
    except IntegrityError as error:
        raise ExecutorTaken from error
    seat.refresh_from_db(fields=["created_at"])
    return seat


def change(*, seat: CategoryExecutor, **fields: Any) -> CategoryExecutor:
    """Change priority, limit or activity; who does not serve any more gives back what they have in hand.

    What is not named stays as it is by now. Raises `ExecutorNotFound` when the line was removed meanwhile.
    """
    if fields and not CategoryExecutor.objects.filter(pk=seat.pk).update(**fields):
        raise ExecutorNotFound
    trail.tell(seat, **{name: (getattr(seat, name), value) for name, value in fields.items()})
    for name, value in fields.items():
        setattr(seat, name, value)
    if fields.get("is_active") is False:
        _give_back()
    return seat


def remove(*, seat: CategoryExecutor) -> None:
    """The person takes no tickets of the category any more, and gives back what they have in hand."""
    CategoryExecutor.objects.filter(pk=seat.pk).delete()
    _give_back()


def _give_back() -> None:
    """After the commit, each ticket in a transaction of its own: a page of the admin is one transaction, in which the
    locks of one ticket would be held while those of the next are taken. Should it fail, the ticker does it."""
    transaction.on_commit(clockwork.take_from_the_gone, robust=True)
