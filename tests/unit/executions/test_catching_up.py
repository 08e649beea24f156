"""What becomes of ticks that nobody has dealt with in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from executions.engine.catching_up import MOST, Missed, Move, next_move
from executions.engine.schedule import Due

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
LATE = tuple(NOW - timedelta(minutes=minutes) for minutes in (180, 120, 60))
FRESH = (NOW - timedelta(seconds=59), NOW)


def move(*ticks: datetime, missed: Missed = Missed.LAST, older: int = 0, once: bool = False) -> Move:
    first = min(ticks, default=NOW) - timedelta(hours=1) if older else None
    return next_move(Due(ticks, older, first), now=NOW, missed=missed, once=once)


def test_nothing_due_is_nothing_to_do() -> None:
    assert move() == Move(None, 0, None)
    assert move().reached is None


@pytest.mark.parametrize("missed", Missed)
def test_what_is_due_now_is_dealt_with_in_order_under_every_policy(missed: Missed) -> None:
    assert move(*FRESH, missed=missed) == Move(None, 0, FRESH[0])


def test_skip_leaves_out_everything_that_was_missed() -> None:
    assert move(*LATE, missed=Missed.SKIP) == Move(LATE[-1], 3, None)
    assert move(*LATE, *FRESH, missed=Missed.SKIP) == Move(LATE[-1], 3, FRESH[0])
    assert move(*LATE, missed=Missed.SKIP).reached == LATE[-1]


def test_last_keeps_the_newest_of_what_was_missed() -> None:
    assert move(*LATE) == Move(LATE[1], 2, LATE[2])
    assert move(*LATE, *FRESH) == Move(LATE[1], 2, LATE[2])


def test_all_keeps_everything_but_what_is_beyond_the_limit() -> None:
    assert move(*LATE, missed=Missed.ALL) == Move(None, 0, LATE[0])
    beyond = move(*LATE, missed=Missed.ALL, older=7)
    assert beyond == Move(LATE[0] - timedelta(hours=1), 7, LATE[0])
    assert MOST == 100


def test_what_fires_once_fires_once() -> None:
    assert move(*LATE, *FRESH, once=True) == Move(FRESH[0], 4, FRESH[1])
    assert move(*LATE, *FRESH, missed=Missed.ALL, once=True) == Move(None, 0, LATE[0])
    assert move(*LATE, missed=Missed.SKIP, once=True) == Move(LATE[-1], 3, None)
