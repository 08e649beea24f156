"""Time zones as data for those who cannot read the system's: when their offset changes, and what it becomes."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

FIRST: Final = datetime(1970, 1, 1, tzinfo=UTC)
LAST: Final = datetime(2050, 1, 1, tzinfo=UTC)
STEP: Final = timedelta(days=7)
"""No zone has changed its clocks twice within so short a time since 1970."""
NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+)*")

Changes = tuple[tuple[int, ...], tuple[int, ...]]
"""The moments (ms since 1970) of the changes, and the offsets (minutes): one more, the first holds before them."""


@lru_cache(maxsize=64)
def changes(name: str) -> Changes | None:
    """The changes of a zone between 1970 and 2050; None when there is no such zone."""
    if not NAME.fullmatch(name):
        return None
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
    moments: list[int] = []
    offsets = [_offset(zone, FIRST)]
    moment = FIRST
    while moment < LAST:
        later = moment + STEP
        if _offset(zone, later) != offsets[-1]:
            moments.append(int(_first_change(zone, moment, later).timestamp()) * 1000)
            offsets.append(_offset(zone, later))
        moment = later
    return tuple(moments), tuple(offsets)


def _offset(zone: ZoneInfo, moment: datetime) -> int:
    return int(zone.utcoffset(moment.astimezone(zone)).total_seconds() // 60)  # type: ignore[union-attr]


def _first_change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The second at which the offset of `before` ends."""
    old = _offset(zone, before)
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        before, after = (middle, after) if _offset(zone, middle) == old else (before, middle)
    return after
