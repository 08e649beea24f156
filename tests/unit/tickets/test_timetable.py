"""What the clock will do with a ticket."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tickets.hours import ALWAYS
from tickets.lifecycle import Status
from tickets.timetable import Alarm, Terms, Timer, timers

SINCE = datetime(2026, 4, 27, 9, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return SINCE + timedelta(seconds=seconds)


def planned(status: Status, terms: Terms, **known: object) -> list[Timer]:
    return timers(status=status, since=SINCE, hours=ALWAYS, terms=terms, **known)  # type: ignore[arg-type]


def test_a_ticket_that_nobody_has_taken_is_offered_wider_and_louder():
    terms = Terms(reaction=100, wave=5, offer_again=15, tell_managers=30, auto_assign=60)
    assert planned(Status.CREATED, terms, waves=3) == [
        Timer(Alarm.SLA, 50, after(50)),
        Timer(Alarm.SLA, 80, after(80)),
        Timer(Alarm.SLA, 100, after(100)),
        Timer(Alarm.WAVE, 1, after(5)),
        Timer(Alarm.WAVE, 2, after(10)),
        Timer(Alarm.OFFER_AGAIN, 0, after(15)),
        Timer(Alarm.TELL_MANAGERS, 0, after(30)),
        Timer(Alarm.AUTO_ASSIGN, 0, after(60)),
    ]


def test_time_that_was_spent_before_counts():
    timer = Timer(Alarm.SLA, 100, after(10))
    assert planned(Status.IN_WORK, Terms(resolution=100), spent=90) == [timer]


def test_a_ticket_put_off_only_wakes():
    assert planned(Status.DEFERRED, Terms(resolution=10), deferred_until=after(7)) == [Timer(Alarm.WAKE, 0, after(7))]


def test_an_author_who_does_not_answer_is_reminded_twice():
    assert planned(Status.ON_CONFIRMATION, Terms(resolution=10, auto_confirm=30)) == [
        Timer(Alarm.REMIND, 1, after(10)),
        Timer(Alarm.REMIND, 2, after(20)),
        Timer(Alarm.AUTO_CONFIRM, 0, after(30)),
    ]
    assert planned(Status.ON_CONFIRMATION, Terms()) == []


def test_the_clock_has_nothing_to_do_with_a_closed_ticket():
    terms = Terms(reaction=1, resolution=1, auto_confirm=1, wave=1, offer_again=1, tell_managers=1, auto_assign=1)
    assert planned(Status.COMPLETED, terms) == planned(Status.CANCELLED, terms) == []
