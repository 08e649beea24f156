"""Working hours by the name of their calendar, for those who measure time in them."""

from __future__ import annotations

from collections.abc import Collection

from tickets.hours import ALWAYS, Hours
from tickets.models import WorkingCalendar


def hours_of(project_id: int, name: str) -> Hours:
    """The hours of the project's calendar of this name; round the clock without a name, or where there is none."""
    calendar = WorkingCalendar.objects.filter(project_id=project_id, name=name).first() if name else None
    return ALWAYS if calendar is None else calendar.hours()


def known_of(project_id: int, names: Collection[str]) -> set[str]:
    """Those of the names that calendars of the project have."""
    return set(WorkingCalendar.objects.filter(project_id=project_id, name__in=names).values_list("name", flat=True))
