"""Working hours and what is promised in them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from tickets import sla
from tickets.hours import ALWAYS, Hours
from tickets.terms import Term, until

MOSCOW = "Europe/Moscow"
BERLIN = "Europe/Berlin"
SHIFT = ((time(9), time(13)), (time(14), time(18)))
WEEKDAYS = Hours(MOSCOW, (SHIFT, SHIFT, SHIFT, SHIFT, SHIFT, (), ()), frozenset({date(2026, 5, 1)}))
NIGHTS = Hours(BERLIN, tuple(((time(0), time(6)), (time(22), time(0))) for _day in range(7)))
CALENDARS = st.sampled_from([ALWAYS, WEEKDAYS, NIGHTS])
MOMENTS = st.integers(0, 365 * 24 * 3600).map(lambda at: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=at))
LENGTHS = st.integers(0, 40 * 3600).map(float)


def moscow(day: int, hour: int, minute: int = 0, month: int = 4) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZoneInfo(MOSCOW))


def test_breaks_nights_weekends_and_holidays_do_not_count():
    """R3-18."""
    assert WEEKDAYS.between(moscow(27, 9), moscow(27, 18)) == 8 * 3600
    assert WEEKDAYS.between(moscow(27, 12, 30), moscow(27, 14, 30)) == 3600
    assert WEEKDAYS.between(moscow(24, 17), moscow(27, 10)) == 2 * 3600
    assert WEEKDAYS.between(moscow(30, 17), moscow(4, 10, month=5)) == 2 * 3600


def test_more_work_than_there_ever_will_be_ends_in_a_hundred_years():
    """A category whose terms are absurd still takes tickets."""
    one_hour_a_week = Hours(MOSCOW, (((time(9), time(10)),), (), (), (), (), (), ()))
    for hours in (one_hour_a_week, ALWAYS):
        for seconds in (2.0**33, 2.0**62):
            assert hours.after(moscow(27, 9), seconds) == moscow(27, 9) + timedelta(days=36_500)


def test_a_term_that_meets_a_holiday_ends_after_it():
    assert WEEKDAYS.after(moscow(30, 17), 2 * 3600) == moscow(4, 10, month=5)


def test_a_day_with_a_change_of_the_clock_has_its_real_length():
    berlin = ZoneInfo(BERLIN)
    night = datetime(2026, 3, 28, 22, tzinfo=berlin), datetime(2026, 3, 29, 6, tzinfo=berlin)
    assert NIGHTS.between(*night) == 7 * 3600


@settings(max_examples=60, deadline=None)
@given(CALENDARS, MOMENTS, LENGTHS)
def test_what_is_added_is_what_is_measured(hours: Hours, start: datetime, seconds: float):
    end = hours.after(start, seconds)
    assert end >= start
    assert abs(hours.between(start, end) - seconds) < 0.001


@settings(max_examples=60, deadline=None)
@given(CALENDARS, MOMENTS, LENGTHS, LENGTHS)
def test_two_stretches_are_as_long_as_the_whole(hours: Hours, start: datetime, first: float, second: float):
    middle = start + timedelta(seconds=first)
    end = middle + timedelta(seconds=second)
    assert abs(hours.between(start, middle) + hours.between(middle, end) - hours.between(start, end)) < 0.001


@settings(max_examples=60, deadline=None)
@given(CALENDARS, MOMENTS, st.integers(1, 40 * 3600).map(float), LENGTHS)
def test_warnings_come_in_order_within_working_hours_and_end_with_the_term(
    hours: Hours, since: datetime, target: float, spent: float
):
    """R3-18, S4-26: SLA in working hours; the clock that stands still is `spent` that does not grow."""
    warnings = sla.warnings(target=target, spent=spent, since=since, hours=hours)
    assert [percent for percent, _at in warnings] == [p for p in (50, 80, 100) if target * p / 100 > spent]
    for percent, at in warnings:
        assert abs(spent + hours.between(since, at) - target * percent / 100) < 0.001
        assert hours.between(at - timedelta(milliseconds=1), at + timedelta(milliseconds=1)) > 0
    if warnings:
        assert warnings[-1][1] == sla.due(target=target, spent=spent, since=since, hours=hours)


def test_a_promise_that_was_not_made_is_not_broken():
    assert sla.due(target=None, spent=0, since=moscow(27, 9), hours=WEEKDAYS) is None
    assert sla.warnings(target=None, spent=0, since=moscow(27, 9), hours=WEEKDAYS) == []


def test_a_ticket_put_off_comes_back_when_work_begins():
    """S4-4: temporary suspension has a term; the press alone means the next working day."""
    friday = moscow(24, 16)
    assert until(Term.TOMORROW, now=friday, hours=WEEKDAYS) == moscow(27, 9)
    assert until(Term.HOUR, now=friday, hours=WEEKDAYS) == moscow(24, 17)
    assert until(Term.THREE_DAYS, now=friday, hours=WEEKDAYS) == moscow(27, 9)
    assert until(Term.WEEK, now=friday, hours=WEEKDAYS) == moscow(4, 9, month=5)
    assert until(Term.TOMORROW, now=friday, hours=ALWAYS) == datetime(2026, 4, 25, 9, tzinfo=UTC)
