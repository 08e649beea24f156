"""PURE: what Wildberries accepts in one request: fifty ids or a hundred pairs, a month, dates as seen in Moscow."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

MOSCOW = ZoneInfo("Europe/Moscow")
MAX_IDS = 50
MAX_DAYS = 31
MAX_PAIRS = 100
MAX_QUERY_DAYS = 30
"""Days in one request for figures of search queries."""

Pair = tuple[int, int]
"""A campaign and an article that it advertises."""


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


def statistics_batches(ids: Iterable[int], begin: date, end: date) -> list[dict[str, Any]]:
    """All requests needed for these campaigns and days, window by window: `{ids, begin, end}`, both days included."""
    chunks = [list(chunk) for chunk in id_chunks(ids)]
    return [{"ids": chunk, **days} for days in window_batches(begin, end) for chunk in chunks]


def pair_batches(pairs: Iterable[Pair], begin: date, end: date) -> list[dict[str, Any]]:
    """All requests needed for the search queries of these pairs, window by window: `{pairs, begin, end}`."""
    unique = [list(pair) for pair in dict.fromkeys(pairs)]
    chunks = [unique[start : start + MAX_PAIRS] for start in range(0, len(unique), MAX_PAIRS)]
    return [{"pairs": chunk, **days} for days in window_batches(begin, end, days=MAX_QUERY_DAYS) for chunk in chunks]


def window_batches(begin: date, end: date, *, days: int = MAX_DAYS) -> list[dict[str, Any]]:
    """The days cut into windows, as JSON: `{begin, end}`."""
    return [{"begin": first.isoformat(), "end": last.isoformat()} for first, last in windows(begin, end, days=days)]
