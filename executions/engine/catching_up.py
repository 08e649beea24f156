"""PURE: what becomes of the ticks that are due: which one is dealt with next, and which are left out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from executions.engine.schedule import Due

GRACE = timedelta(seconds=60)
"""A tick that is older when somebody looks is missed: everything stood still when its time came."""
MOST = 100
"""So many missed ticks are caught up at most, and so many wait for the end of a run before them."""


class Missed(StrEnum):
    """What is done about missed ticks."""

    SKIP = "skip"
    LAST = "last"
    ALL = "all"


class Overlap(StrEnum):
    """What a tick does while a run of the same schedule is open."""

    ALLOW = "allow"
    SKIP = "skip"
    QUEUE = "queue"


class Outcome(StrEnum):
    """What has become of a tick; a start that was refused is `failed:<code>`."""

    STARTED = "started"
    QUEUED = "queued"
    SKIPPED_MISSED = "skipped_missed"
    SKIPPED_OVERLAP = "skipped_overlap"


FAILED = "failed:"


@dataclass(frozen=True)
class Move:
    """What is done in one transaction: `count` ticks up to `left_out` are skipped, then `tick` is dealt with."""

    left_out: datetime | None
    count: int
    tick: datetime | None

    @property
    def reached(self) -> datetime | None:
        """The newest tick that is dealt with; None when nothing is due."""
        return self.tick or self.left_out


def next_move(due: Due, *, now: datetime, missed: Missed, once: bool) -> Move:
    """The first thing to do about what is due: the oldest ticks come first, those of the time in order.

    `once` is a schedule that fires a single time: the tick that its policy picks is its only one.
    """
    late = [tick for tick in due.newest if tick < now - GRACE]
    on_time = [tick for tick in due.newest if tick >= now - GRACE]
    wanted = [*_kept(late, missed), *on_time]
    if once:
        wanted = wanted[:1] if missed is Missed.ALL else wanted[-1:]
    tick = wanted[0] if wanted else None
    before = [found for found in due.newest if tick is None or found < tick]
    last = before[-1] if before else due.last_older
    return Move(left_out=last, count=due.older + len(before), tick=tick)


def _kept(late: list[datetime], missed: Missed) -> list[datetime]:
    match missed:
        case Missed.ALL:
            return late
        case Missed.LAST:
            return late[-1:]
        case _:
            return []
