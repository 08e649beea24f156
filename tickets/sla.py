"""PURE: what has been promised to the author: a reaction and a solution within so many working seconds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal

from tickets.hours import Hours
from tickets.lifecycle import Status

Measure = Literal["reaction", "resolution", "paused", "awaited"]
"""What the time in a status counts as."""

MEASURES: Final[Mapping[Status, Measure]] = {
    Status.CREATED: "reaction",
    Status.IN_WORK: "resolution",
    Status.DEFERRED: "paused",
    Status.ON_CONFIRMATION: "awaited",
}
"""In the last two the promise stands still; in `completed` and `cancelled` nothing is measured."""

WARNINGS: Final = (50, 80, 100)
"""At how much of the promised time people are warned, in percent."""


def due(*, target: float | None, spent: float, since: datetime, hours: Hours) -> datetime | None:
    """When a promise of `target` working seconds runs out, `spent` of which were over at `since`; None without one."""
    return None if target is None else hours.after(since, target - spent)


def warnings(*, target: float | None, spent: float, since: datetime, hours: Hours) -> list[tuple[int, datetime]]:
    """The warnings that are still to come, each with its moment, which is always within working hours."""
    if target is None:
        return []
    marks = ((percent, target * percent / 100) for percent in WARNINGS)
    return [(percent, hours.after(since, mark - spent)) for percent, mark in marks if mark > spent]
