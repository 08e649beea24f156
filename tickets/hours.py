"""PURE: working hours: several periods a day, a time zone, holidays. All lengths are in seconds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

Period = tuple[time, time]
MORNING: Final = time(9)
"""When a day begins where work never stops."""
DAY: Final = timedelta(days=1)
NEVER: Final = 100 * 365 * DAY
"""Nobody waits longer: years of work in a calendar of one hour a week would end after the last year there is."""


@dataclass(frozen=True)
class Hours:
    """When work is done. `week` has seven days from Monday, each with its periods in order.

    A period that ends at 00:00 ends at midnight. Without any period work never stops, and holidays do not count.
    """

    zone: str = "UTC"
    week: tuple[tuple[Period, ...], ...] = ()
    holidays: frozenset[date] = frozenset()

    @property
    def always(self) -> bool:
        return not any(self.week)

    def between(self, start: datetime, end: datetime) -> float:
        """Working seconds from `start` to `end`; 0 when `end` is not later."""
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        if end <= start:
            return 0.0
        if self.always:
            return (end - start).total_seconds()
        total = 0.0
        for opens, closes in self._periods_from(start):
            if opens >= end:
                break
            total += max(0.0, (min(closes, end) - max(opens, start)).total_seconds())
        return total

    def after(self, start: datetime, seconds: float) -> datetime:
        """The first moment by which `seconds` of work have passed since `start`; what would be later than `NEVER`
        after that is then."""
        start = start.astimezone(UTC)
        end = start + NEVER
        if seconds <= 0:
            return start
        left = timedelta(seconds=min(seconds, NEVER.total_seconds()))
        if self.always:
            return start + left
        for opens, closes in self._periods_from(start):
            begin = max(opens, start)
            if begin >= end:
                break
            if begin >= closes:
                continue
            if left <= closes - begin:
                return min(begin + left, end)
            left -= closes - begin
        return end

    def opening(self, day: date) -> datetime:
        """When work begins on `day`, or on the first working day after it."""
        if self.always:
            return datetime.combine(day, MORNING, ZoneInfo(self.zone)).astimezone(UTC)
        return next(opens for opens, closes in self._periods(day) if opens < closes)

    def day_of(self, moment: datetime) -> date:
        """The day that people there call it at `moment`."""
        return moment.astimezone(ZoneInfo(self.zone)).date()

    def _periods_from(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """A period may go over midnight, so the day before is looked at too."""
        return self._periods(self.day_of(moment) - DAY)

    def _periods(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """Periods as moments, without end; the zone's change of the clock is in them."""
        zone = ZoneInfo(self.zone)
        while True:
            if day not in self.holidays:
                for opens, closes in self.week[day.weekday()]:
                    last = day + DAY if closes == time(0) else day
                    yield (
                        datetime.combine(day, opens, zone).astimezone(UTC),
                        datetime.combine(last, closes, zone).astimezone(UTC),
                    )
            day += DAY


ALWAYS: Final = Hours()
