"""PURE: what Wildberries accepts in one request: fifty ids, thirty-one days, dates as seen in Moscow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

MOSCOW = ZoneInfo("Europe/Moscow")
MAX_IDS = 50
MAX_DAYS = 31


@dataclass(frozen=True)
class StatisticsBatch:
    """One request for statistics: campaigns, first day and last day (both included)."""

    ids: tuple[int, ...]
    begin: date
    end: date


def moscow_day(moment: datetime) -> date:
    """The calendar day in Moscow at an aware moment."""
    return moment.astimezone(MOSCOW).date()


def id_chunks(ids: Iterable[int], size: int = MAX_IDS) -> list[tuple[int, ...]]:
    """The ids without repetitions, in their order, cut into chunks of at most `size`."""
    unique = list(dict.fromkeys(ids))
    return [tuple(unique[start : start + size]) for start in range(0, len(unique), size)]


def last_full_days(count: int, *, today: date) -> tuple[date, date]:
    """First and last of the `count` days before `today`, which is not over yet."""
    return today - timedelta(days=count), today - timedelta(days=1)


def date_range(*, begin: date | None, end: date | None, period: int, today: date) -> tuple[date, date]:
    """The days meant by a config, never later than `today`.

    Both dates: these. Only `begin`: from there to yesterday. Only `end`: the `period` days that end with it.
    None: the last `period` full days.
    """
    if begin is None and end is None:
        return last_full_days(period, today=today)
    if end is None:
        end = today - timedelta(days=1)
    elif begin is None:
        begin = end - timedelta(days=period - 1)
    begin = min(begin if begin is not None else end, today)
    return begin, max(begin, min(end, today))


def windows(begin: date, end: date, *, days: int = MAX_DAYS) -> list[tuple[date, date]]:
    """The days from `begin` to `end` cut into windows of at most `days` days, in order, without overlap."""
    found = []
    while begin <= end:
        last = min(begin + timedelta(days=days - 1), end)
        found.append((begin, last))
        begin = last + timedelta(days=1)
    return found


def statistics_batches(ids: Iterable[int], begin: date, end: date) -> list[StatisticsBatch]:
    """All requests needed for these campaigns and days, window by window."""
    chunks = id_chunks(ids)
    return [StatisticsBatch(chunk, first, last) for first, last in windows(begin, end) for chunk in chunks]
