"""PURE: for how long a ticket may be put off in one press."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from tickets.hours import DAY, Hours


class Term(StrEnum):
    """The terms of the buttons; `tomorrow` is what "put off" means by itself."""

    HOUR = "hour"
    TOMORROW = "tomorrow"
    THREE_DAYS = "three_days"
    WEEK = "week"


DAYS = {Term.TOMORROW: 1, Term.THREE_DAYS: 3, Term.WEEK: 7}


def until(term: Term, *, now: datetime, hours: Hours) -> datetime:
    """When a ticket put off at `now` comes back: in an hour, or when work begins so many days later."""
    if term is Term.HOUR:
        return now + timedelta(hours=1)
    return hours.opening(hours.day_of(now) + DAYS[term] * DAY)
