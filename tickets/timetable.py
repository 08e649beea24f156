"""PURE: what the clock has to do with a ticket as long as it stays as it is. Lengths are in working seconds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tickets import sla
from tickets.hours import Hours
from tickets.lifecycle import Status


class Alarm(StrEnum):
    """Why the clock looks at a ticket."""

    WAKE = "wake"
    REMIND = "remind"
    AUTO_CONFIRM = "auto_confirm"
    WAVE = "wave"
    OFFER_AGAIN = "offer_again"
    TELL_MANAGERS = "tell_managers"
    AUTO_ASSIGN = "auto_assign"
    SLA = "sla"


@dataclass(frozen=True)
class Terms:
    """What a category promises and how patient it is; None switches a thing off."""

    reaction: float | None = None
    resolution: float | None = None
    auto_confirm: float | None = None
    wave: float | None = None
    offer_again: float | None = None
    tell_managers: float | None = None
    auto_assign: float | None = None


@dataclass(frozen=True)
class Timer:
    """One thing to do at `due`; `step` tells those of one kind apart (which wave, which reminder, how many percent)."""

    alarm: Alarm
    step: int
    due: datetime


REMINDERS = (1, 2)
"""Thirds of the time for a confirmation after which the author is reminded."""


def timers(
    *,
    status: Status,
    since: datetime,
    hours: Hours,
    terms: Terms,
    spent: float = 0.0,
    deferred_until: datetime | None = None,
    waves: int = 1,
) -> list[Timer]:
    """All timers of a ticket that came into `status` at `since`.

    `spent` are the seconds of the promise that runs in this status which were over before; `waves` is how many tiers
    of executors there are.
    """
    if status is Status.DEFERRED:
        return [] if deferred_until is None else [Timer(Alarm.WAKE, 0, deferred_until)]
    if status is Status.ON_CONFIRMATION:
        return _confirmation(since, hours, terms.auto_confirm)
    target = {Status.CREATED: terms.reaction, Status.IN_WORK: terms.resolution}.get(status)
    planned = [
        Timer(Alarm.SLA, percent, due)
        for percent, due in sla.warnings(target=target, spent=spent, since=since, hours=hours)
    ]
    return planned + (_search(since, hours, terms, waves) if status is Status.CREATED else [])


def _confirmation(since: datetime, hours: Hours, patience: float | None) -> list[Timer]:
    if patience is None:
        return []
    reminders = [
        Timer(Alarm.REMIND, third, hours.after(since, patience * third / (len(REMINDERS) + 1))) for third in REMINDERS
    ]
    return [*reminders, Timer(Alarm.AUTO_CONFIRM, 0, hours.after(since, patience))]


def _search(since: datetime, hours: Hours, terms: Terms, waves: int) -> list[Timer]:
    planned = []
    if terms.wave is not None:
        planned += [Timer(Alarm.WAVE, tier, hours.after(since, terms.wave * tier)) for tier in range(1, waves)]
    ladder = (
        (Alarm.OFFER_AGAIN, terms.offer_again),
        (Alarm.TELL_MANAGERS, terms.tell_managers),
        (Alarm.AUTO_ASSIGN, terms.auto_assign),
    )
    return planned + [Timer(alarm, 0, hours.after(since, wait)) for alarm, wait in ladder if wait is not None]
