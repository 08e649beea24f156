"""PURE: when a schedule is due. The only place where ticks are computed, whoever asks.

A crontab is a set of wall times in one time zone, and each of them comes once: one that a change of the clocks leaves
out fires at the first moment after the gap, together with the others of the gap; one that comes twice fires the first
time. Intervals are counted in elapsed time from their anchor, so that no restart moves them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from workflows.graph.crontab import Crontab

LEAST_INTERVAL = timedelta(seconds=1)
_INSTANT = timedelta(microseconds=1)
_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)
# A 29th of February that is a given weekday comes every 28 years, and once in 40 around a year like 2100.
_HORIZON = timedelta(days=41 * 366)
_LAST_DATE = date(9998, 12, 31)


@dataclass(frozen=True)
class WallTimes:
    """A crontab in a time zone."""

    crontab: Crontab
    zone: ZoneInfo


@dataclass(frozen=True)
class Interval:
    """`anchor + n × every` for n = 0, 1, 2 …"""

    anchor: datetime
    every: timedelta


@dataclass(frozen=True)
class Moment:
    """Once."""

    at: datetime


Timing = WallTimes | Interval | Moment


@dataclass(frozen=True)
class Schedule:
    """When something is due: not before `begins`, and before `ends` where there is an end."""

    timing: Timing
    begins: datetime | None = None
    ends: datetime | None = None


@dataclass(frozen=True)
class Due:
    """The newest ticks of a stretch of time, in order, and how many older ones there are."""

    newest: tuple[datetime, ...]
    older: int
    last_older: datetime | None
    """The newest of the older ones."""


def ticks(
    schedule: Schedule, *, after: datetime, until: datetime | None = None, limit: int | None = None
) -> list[datetime]:
    """The ticks later than `after` and not later than `until`, in order, in UTC; `limit` counts from the oldest.

    Without `until` give a `limit`; beyond 41 years nothing is looked for.
    """
    return list(islice(_ticks(schedule, after, until), limit))


def following(schedule: Schedule, after: datetime) -> datetime | None:
    """The first tick later than `after`, None when there is none."""
    return next(_ticks(schedule, after, None), None)


def due(schedule: Schedule, *, after: datetime, until: datetime, limit: int) -> Due:
    """The `limit` newest ticks later than `after` and not later than `until`, and what is left of the others."""
    older = 0
    last_older: datetime | None = None
    if isinstance(schedule.timing, Interval):
        after, older, last_older = _leap(schedule, after, until, limit)
    newest: deque[datetime] = deque()
    for tick in _ticks(schedule, after, until):
        newest.append(tick)
        if len(newest) > limit:
            last_older = newest.popleft()
            older += 1
    return Due(tuple(newest), older, last_older)


def _ticks(schedule: Schedule, after: datetime, until: datetime | None) -> Iterator[datetime]:
    after, until = _bounds(schedule, after.astimezone(UTC), until)
    timing = schedule.timing
    if isinstance(timing, Moment):
        found: Iterator[datetime] = iter([timing.at.astimezone(UTC)])
    elif isinstance(timing, Interval):
        found = _interval(timing, after)
    else:
        found = _wall_times(timing, after, until)
    for tick in found:
        if tick > until:
            return
        if tick > after:
            yield tick


def _bounds(schedule: Schedule, after: datetime, until: datetime | None) -> tuple[datetime, datetime]:
    """The same stretch, within the schedule's own begin and end."""
    last = until.astimezone(UTC) if until is not None else _horizon(schedule, after)
    if schedule.begins is not None:
        after = max(after, schedule.begins.astimezone(UTC) - _INSTANT)
    if schedule.ends is not None:
        last = min(last, schedule.ends.astimezone(UTC) - _INSTANT)
    return after, last


def _horizon(schedule: Schedule, after: datetime) -> datetime:
    start = max(after, schedule.begins.astimezone(UTC)) if schedule.begins else after
    end = datetime.combine(_LAST_DATE, time(), UTC)
    return start + _HORIZON if start < end - _HORIZON else end


def _interval(timing: Interval, after: datetime) -> Iterator[datetime]:
    anchor = timing.anchor.astimezone(UTC)
    number = max(0, (after - anchor) // timing.every + 1)
    with suppress(OverflowError):  # beyond the year 9999 there is no time
        while True:
            yield anchor + number * timing.every
            number += 1


def _leap(schedule: Schedule, after: datetime, until: datetime, limit: int) -> tuple[datetime, int, datetime | None]:
    """Pass over the older ticks of an interval without counting them one by one."""
    start, last = _bounds(schedule, after.astimezone(UTC), until)
    timing = schedule.timing
    if not isinstance(timing, Interval) or last <= start:
        return after, 0, None
    anchor = timing.anchor.astimezone(UTC)
    first_number = max(0, (start - anchor) // timing.every + 1)
    last_number = (last - anchor) // timing.every
    passed = last_number - first_number + 1 - limit
    if passed <= 0:
        return after, 0, None
    newest_passed = anchor + (first_number + passed - 1) * timing.every
    return newest_passed, passed, newest_passed


def _wall_times(timing: WallTimes, after: datetime, until: datetime) -> Iterator[datetime]:
    """From a day early on, as the first wall times of a day may fall into a gap that began the day before."""
    times = [time(hour, minute) for hour in timing.crontab.hours for minute in timing.crontab.minutes]
    day = max(after.astimezone(timing.zone).date(), date.min + _DAY) - _DAY
    end = min(until.astimezone(timing.zone).date(), _LAST_DATE)
    last: datetime | None = None
    while day <= end:
        if day.month not in timing.crontab.months:
            day = _next_month(day)
            continue
        if _suits(timing.crontab, day):
            for moment in times:
                tick = _instant(datetime.combine(day, moment), timing.zone)
                if last is None or tick > last:
                    last = tick
                    yield tick
        day += _DAY


def _suits(crontab: Crontab, day: date) -> bool:
    return day.day in crontab.days and day.isoweekday() % 7 in crontab.weekdays


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """The moment at which the clocks of the zone show `wall`: the first one, or the first after the gap around it."""
    earlier = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if earlier.astimezone(zone).replace(tzinfo=None) == wall:
        return earlier
    return _end_of_gap(wall, zone)


def _end_of_gap(wall: datetime, zone: ZoneInfo) -> datetime:
    """With the offset of before the gap `wall` lies after it, with that of after the gap before it: search between."""
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    after = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    new_offset = after.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + timedelta(seconds=(after - before) // _SECOND // 2)
        if middle.astimezone(zone).utcoffset() == new_offset:
            after = middle
        else:
            before = middle
    return after
