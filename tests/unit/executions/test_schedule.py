"""When a schedule is due: time zones, changes of the clocks, leap days, intervals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executions.engine.schedule import Interval, Moment, Schedule, WallTimes, due, following, ticks
from workflows.graph.crontab import parse

ZONES = ("Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "UTC")
YEAR = timedelta(days=366)


def crontab(text: str, zone: str = "UTC", **bounds: datetime) -> Schedule:
    return Schedule(WallTimes(parse(text), ZoneInfo(zone)), **bounds)


def at(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def shown(schedule: Schedule, after: datetime, count: int, zone: str = "UTC") -> list[str]:
    return [f"{tick.astimezone(ZoneInfo(zone)):%m-%d %H:%M%z}" for tick in ticks(schedule, after=after, limit=count)]


def test_a_wall_time_in_a_gap_fires_at_the_first_valid_instant() -> None:
    """G9, Part 4, row 6: the clocks go from 02:00 to 03:00, so that there is no 02:30 on that day."""
    nightly = crontab("30 2 * * *", "Europe/Berlin")
    expected = ["03-28 02:30+0100", "03-29 03:00+0200", "03-30 02:30+0200"]
    assert shown(nightly, at("2026-03-27T12:00"), 3, "Europe/Berlin") == expected


def test_a_wall_time_in_an_overlap_fires_once_the_first_time() -> None:
    """G9, Part 4, row 6: 02:30 comes twice on that day."""
    nightly = crontab("30 2 * * *", "Europe/Berlin")
    expected = ["10-24 02:30+0200", "10-25 02:30+0200", "10-26 02:30+0100"]
    assert shown(nightly, at("2026-10-23T12:00"), 3, "Europe/Berlin") == expected


def test_wall_times_of_a_gap_fall_together_into_one_tick() -> None:
    quarters = crontab("*/15 2-3 * * *", "Europe/Berlin")
    expected = ["03-29 03:00+0200", "03-29 03:15+0200", "03-29 03:30+0200", "03-29 03:45+0200", "03-30 02:00+0200"]
    assert shown(quarters, at("2026-03-28T12:00"), 5, "Europe/Berlin") == expected


def test_midnight_may_be_missing() -> None:
    """In São Paulo the clocks went from 00:00 to 01:00."""
    daily = crontab("0 0 * * *", "America/Sao_Paulo")
    expected = ["11-03 00:00-0300", "11-04 01:00-0200", "11-05 00:00-0200"]
    assert shown(daily, at("2018-11-02T12:00"), 3, "America/Sao_Paulo") == expected


def test_a_gap_may_have_half_an_hour() -> None:
    """On Lord Howe the clocks go from 02:00 to 02:30."""
    nightly = crontab("15 2 * * *", "Australia/Lord_Howe")
    expected = ["10-03 02:15+1030", "10-04 02:30+1100", "10-05 02:15+1100"]
    assert shown(nightly, at("2026-10-02T12:00"), 3, "Australia/Lord_Howe") == expected


def test_a_whole_day_may_be_missing() -> None:
    """Samoa had no 30 December 2011."""
    noon = crontab("0 12 * * *", "Pacific/Apia")
    expected = ["12-29 12:00-1000", "12-31 00:00+1400", "12-31 12:00+1400"]
    assert shown(noon, at("2011-12-29T20:00"), 3, "Pacific/Apia") == expected


def test_an_offset_need_not_be_whole_hours() -> None:
    assert following(crontab("0 9 * * *", "Asia/Kathmandu"), at("2026-01-01T00:00")) == at("2026-01-01T03:15")


def test_a_31st_comes_seven_times_a_year_and_a_leap_day_every_fourth() -> None:
    assert shown(crontab("0 0 31 * *"), at("2026-01-01T00:00"), 8) == [
        f"{month} 00:00+0000" for month in ("01-31", "03-31", "05-31", "07-31", "08-31", "10-31", "12-31", "01-31")
    ]
    leap_days = ticks(crontab("0 0 29 2 *"), after=at("2095-01-01T00:00"), limit=3)
    assert [tick.year for tick in leap_days] == [2096, 2104, 2108]


def test_a_day_must_suit_month_and_week() -> None:
    """As Celery reads a crontab, so that beat and the ticker mean the same."""
    fridays = ticks(crontab("0 0 13 * fri"), after=at("2026-01-01T00:00"), limit=3)
    assert [f"{tick:%m-%d}" for tick in fridays] == ["02-13", "03-13", "11-13"]
    rare = following(crontab("0 0 29 2 mon"), at("2026-01-01T00:00"))
    assert rare == at("2044-02-29T00:00")


def test_intervals_are_counted_from_their_anchor() -> None:
    every = Schedule(Interval(at("2026-01-01T00:00:07"), timedelta(seconds=10)))
    assert [tick.second for tick in ticks(every, after=at("2026-05-05T05:05:05"), limit=3)] == [7, 17, 27]
    assert following(every, at("2026-05-05T05:05:07")) == at("2026-05-05T05:05:17")
    assert following(every, at("2025-01-01T00:00")) == at("2026-01-01T00:00:07")


def test_a_moment_comes_once() -> None:
    moment = Schedule(Moment(at("2026-01-01T12:00", "Europe/Berlin")))
    assert ticks(moment, after=at("2026-01-01T00:00"), limit=5) == [at("2026-01-01T11:00")]
    assert following(moment, at("2026-01-01T11:00")) is None


def test_nothing_is_due_before_the_begin_and_from_the_end_on() -> None:
    bounded = crontab("0 * * * *", begins=at("2026-01-01T10:00"), ends=at("2026-01-01T12:00"))
    assert ticks(bounded, after=at("2025-01-01T00:00"), limit=9) == [at("2026-01-01T10:00"), at("2026-01-01T11:00")]
    far = crontab("0 0 1 1 *", begins=at("2090-06-01T00:00"))
    assert following(far, at("2026-01-01T00:00")) == at("2091-01-01T00:00")


@pytest.mark.parametrize("every", [timedelta(seconds=1), timedelta(days=2)])
def test_the_newest_ticks_of_a_long_time_are_found_with_the_number_of_the_others(every: timedelta) -> None:
    anchor = at("2026-01-01T00:00")
    now = anchor + 1_000_000 * every + timedelta(milliseconds=1)
    found = due(Schedule(Interval(anchor, every)), after=anchor, until=now, limit=3)
    assert found.newest == tuple(anchor + number * every for number in (999_998, 999_999, 1_000_000))
    assert (found.older, found.last_older) == (999_997, anchor + 999_997 * every)


schedules = st.builds(
    lambda minute, hour, day, month, weekday, zone: crontab(f"{minute} {hour} {day} {month} {weekday}", zone),
    st.sampled_from(["*", "0", "*/7", "59", "0,30", "1-10/3"]),
    st.sampled_from(["*", "0", "2", "1-3", "23", "22-2", "*/5"]),
    st.sampled_from(["*", "1", "31", "*/2", "28-31"]),
    st.sampled_from(["*", "2,3", "10", "*/4"]),
    st.sampled_from(["*", "0", "1-5", "sat,sun", "7"]),
    st.sampled_from(ZONES),
)
moments = st.datetimes(datetime(1995, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(schedules, moments, st.integers(0, 60))
def test_ticks_strictly_rise_and_none_comes_twice(schedule: Schedule, start: datetime, count: int) -> None:
    found = ticks(schedule, after=start, until=start + YEAR, limit=count)
    assert all(earlier < later for earlier, later in zip([start, *found], found, strict=False))
    assert not found or found[-1] <= start + YEAR


@given(schedules, moments, st.timedeltas(timedelta(0), timedelta(days=3)))
def test_it_does_not_matter_when_somebody_looks(schedule: Schedule, start: datetime, pause: timedelta) -> None:
    """Looking again and again gives the same ticks as looking once."""
    middle, end = start + pause, start + 2 * pause
    together = [*ticks(schedule, after=start, until=middle), *ticks(schedule, after=middle, until=end)]
    assert together == ticks(schedule, after=start, until=end)
    one_by_one: list[datetime] = []
    tick = following(schedule, start)
    while tick is not None and tick <= end and len(one_by_one) < 20:
        one_by_one.append(tick)
        tick = following(schedule, tick)
    assert one_by_one == together[: len(one_by_one)]


@given(schedules, moments, st.timedeltas(timedelta(0), timedelta(days=3)), st.integers(1, 50))
def test_the_newest_are_the_end_of_all(schedule: Schedule, start: datetime, pause: timedelta, limit: int) -> None:
    every = ticks(schedule, after=start, until=start + pause)
    found = due(schedule, after=start, until=start + pause, limit=limit)
    assert found.newest == tuple(every[-limit:])
    assert found.older == len(every) - len(found.newest)
    assert found.last_older == (every[-limit - 1] if found.older else None)


@given(schedules, moments)
def test_a_tick_shows_a_wall_time_of_the_crontab_or_lies_at_the_end_of_a_gap(
    schedule: Schedule, start: datetime
) -> None:
    timing = schedule.timing
    assert isinstance(timing, WallTimes)
    for tick in ticks(schedule, after=start, until=start + timedelta(days=2)):
        local = tick.astimezone(timing.zone)
        allowed = local.hour in timing.crontab.hours and local.minute in timing.crontab.minutes
        before = (tick - timedelta(seconds=1)).astimezone(timing.zone)
        assert allowed or local.utcoffset() != before.utcoffset()
