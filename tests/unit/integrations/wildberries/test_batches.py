from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from integrations.wildberries.batches import (
    date_range,
    id_chunks,
    last_full_days,
    moscow_day,
    statistics_batches,
    windows,
)

TODAY = date(2026, 11, 22)
DAYS = st.dates(date(2020, 1, 1), date(2030, 1, 1))


@given(st.lists(st.integers(1, 300), max_size=400))
def test_chunks_hold_every_id_once_and_never_more_than_fifty(ids):
    """S3-14: ids go out in chunks."""
    chunks = id_chunks(ids)
    assert [number for chunk in chunks for number in chunk] == list(dict.fromkeys(ids))
    assert all(1 <= len(chunk) <= 50 for chunk in chunks)


@given(DAYS, st.integers(0, 200))
def test_windows_cover_every_day_once_and_are_never_longer_than_a_month(begin, length):
    end = begin + timedelta(days=length)
    found = windows(begin, end)
    covered = [first + timedelta(days=n) for first, last in found for n in range((last - first).days + 1)]
    assert covered == [begin + timedelta(days=n) for n in range(length + 1)]
    assert all((last - first).days < 31 for first, last in found)


def test_a_period_is_the_last_full_days_without_today():
    assert last_full_days(7, today=TODAY) == (date(2026, 11, 15), date(2026, 11, 21))


def test_the_day_is_that_of_moscow():
    assert moscow_day(datetime(2026, 11, 21, 20, 59, tzinfo=UTC)) == date(2026, 11, 21)
    assert moscow_day(datetime(2026, 11, 21, 21, 0, tzinfo=UTC)) == date(2026, 11, 22)


def test_two_dates_mean_just_these_days():
    begin, end = date(2026, 11, 1), date(2026, 11, 5)
    assert date_range(begin=begin, end=end, period=7, today=TODAY) == (begin, end)


def test_a_first_day_alone_means_until_yesterday():
    begin = date(2026, 11, 1)
    assert date_range(begin=begin, end=None, period=7, today=TODAY) == (begin, date(2026, 11, 21))


def test_a_last_day_alone_ends_the_period():
    end = date(2026, 11, 10)
    assert date_range(begin=None, end=end, period=3, today=TODAY) == (date(2026, 11, 8), end)


@given(st.none() | DAYS, st.none() | DAYS, st.integers(1, 366))
def test_the_future_is_never_asked_for(begin, end, period):
    first, last = date_range(begin=begin, end=end, period=period, today=TODAY)
    assert first <= last <= TODAY


def test_many_campaigns_over_many_days_are_asked_window_by_window():
    batches = statistics_batches(range(1, 121), date(2026, 9, 1), date(2026, 10, 15))
    assert [(len(batch["ids"]), batch["begin"], batch["end"]) for batch in batches] == [
        (50, "2026-09-01", "2026-10-01"),
        (50, "2026-09-01", "2026-10-01"),
        (20, "2026-09-01", "2026-10-01"),
        (50, "2026-10-02", "2026-10-15"),
        (50, "2026-10-02", "2026-10-15"),
        (20, "2026-10-02", "2026-10-15"),
    ]
