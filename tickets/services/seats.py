"""Executors of a category as the desk's checks see them: can they be written to, and if not, why."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import User
from tickets.models import CategoryExecutor, Presence
from tickets.services import people


@dataclass(frozen=True)
class Seat:
    """One executor. `obstacle` says why they are not written to; empty when nothing is in the way."""

    person: User
    chat: int | None
    load: int
    limit: int
    obstacle: str


def of_category(category_id: int) -> list[Seat]:
    """All executors of the category, switched off or not, those of higher priority first."""
    rows = CategoryExecutor.objects.filter(ticket_category_id=category_id).select_related("user")
    known = list(rows.order_by("-priority", "id"))
    unreachable = set(
        Presence.objects.filter(person__in=[row.user_id for row in known], reachable=False).values_list(
            "person_id", flat=True
        )
    )
    loads = people.loads_in([category_id])
    return [
        Seat(
            row.user,
            row.user.telegram_id,
            loads[row.user_id, category_id],
            row.max_tickets,
            _obstacle(row, row.user_id in unreachable),
        )
        for row in known
    ]


def _obstacle(row: CategoryExecutor, unreachable: bool) -> str:
    if not row.is_active or not row.user.is_active:
        return _("не активен")
    if row.user.telegram_id is None:
        return _("нет telegram_id")
    return _("бот остановлен или недоступен") if unreachable else ""
