"""Moments in a time zone."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from workflows.items.moments import Unit, check_form, difference, read, shifted, start_of, write

MOSCOW = ZoneInfo("Europe/Moscow")
BERLIN = ZoneInfo("Europe/Berlin")


def berlin(text: str) -> datetime:
    moment = read(text, None, BERLIN)
    assert moment is not None
    return moment


@pytest.mark.parametrize(
    ("value", "form", "expected"),
    [
        ("2026-03-01", None, "2026-03-01T00:00:00+03:00"),
        ("2026-03-01T21:30:00Z", None, "2026-03-02T00:30:00+03:00"),
        (" 2026-03-01T09:00:00.5 ", None, "2026-03-01T09:00:00.500000+03:00"),
        ("01.03.2026 09:05", "dd.MM.yyyy HH:mm", "2026-03-01T09:05:00+03:00"),
        ("20260301T090507", "yyyyMMddTHHmmss", "2026-03-01T09:05:07+03:00"),
        (0, "unix", "1970-01-01T03:00:00+03:00"),
        (Decimal("0.25"), "unix", "1970-01-01T03:00:00.250000+03:00"),
        ("1500", "unixMs", "1970-01-01T03:00:01.500000+03:00"),
    ],
)
def test_moments_are_read_in_their_zone(value: Any, form: str | None, expected: str) -> None:
    moment = read(value, form, MOSCOW)

    assert moment is not None
    assert write(moment, None) == expected


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        (5, None),
        ("31.02.2026", "dd.MM.yyyy"),
        ("x", "unix"),
        (True, "unix"),
        (10**30, "unix"),
    ],
)
def test_what_is_no_moment_is_none(value: Any, form: str | None) -> None:
    assert read(value, form, MOSCOW) is None


def test_moments_are_written_in_every_form() -> None:
    moment = berlin("2026-03-01T09:05:07.5")

    assert write(moment, "dd.MM.yy HH:mm:ss") == "01.03.26 09:05:07"
    assert write(moment, "unix") == 1772352307
    assert write(moment, "unixMs") == 1772352307500
    assert write(berlin("0900-01-02"), "yyyy/MM/dd") == "0900/01/02"


@pytest.mark.parametrize(
    ("text", "amount", "unit", "expected"),
    [
        ("2026-01-31", 1, "month", "2026-02-28T00:00:00+01:00"),
        ("2024-02-29", 1, "year", "2025-02-28T00:00:00+01:00"),
        ("2026-03-01", -1, "month", "2026-02-01T00:00:00+01:00"),
        ("2026-03-28T12:00", 1, "day", "2026-03-29T12:00:00+02:00"),
        ("2026-03-28T12:00", 24, "hour", "2026-03-29T13:00:00+02:00"),
        ("2026-03-28T02:30", 1, "day", "2026-03-29T03:30:00+02:00"),
        ("2026-03-01", -2, "week", "2026-02-15T00:00:00+01:00"),
    ],
)
def test_days_keep_the_time_of_day_and_hours_do_not(text: str, amount: int, unit: Unit, expected: str) -> None:
    moment = shifted(berlin(text), amount, unit)

    assert moment is not None
    assert moment.isoformat() == expected


def test_there_is_nothing_beyond_the_last_year() -> None:
    assert shifted(berlin("9999-12-01"), 1, "month") is None
    assert shifted(berlin("2026-01-01"), 10**9, "day") is None


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("second", "2026-10-25T15:40:50+01:00"),
        ("minute", "2026-10-25T15:40:00+01:00"),
        ("hour", "2026-10-25T15:00:00+01:00"),
        ("day", "2026-10-25T00:00:00+02:00"),
        ("week", "2026-10-19T00:00:00+02:00"),
        ("month", "2026-10-01T00:00:00+02:00"),
        ("year", "2026-01-01T00:00:00+01:00"),
    ],
)
def test_everything_has_a_beginning_in_its_zone(unit: Unit, expected: str) -> None:
    assert write(start_of(berlin("2026-10-25T15:40:50.5"), unit) or berlin("1970-01-01"), None) == expected


def test_a_day_begins_later_where_clocks_leave_midnight_out() -> None:
    moment = read("2018-11-04T12:00", None, ZoneInfo("America/Sao_Paulo"))

    assert moment is not None
    assert start_of(moment, "day") == read("2018-11-04T01:00", None, ZoneInfo("America/Sao_Paulo"))


def test_the_first_and_the_last_moments_do_no_harm() -> None:
    first, last = (read(text, None, MOSCOW) for text in ("0001-01-01", "9999-12-31T23:59:59"))

    assert first is not None
    assert last is not None
    assert difference(last, first, "week") > 500_000
    assert start_of(first, "week") is None
    assert read("0001-01-01T00:00:00+05:00", None, MOSCOW) is None
    assert write(first, "yyyy") == "0001"


def test_differences_are_exact_and_real_time() -> None:
    assert difference(berlin("2026-03-29T12:00"), berlin("2026-03-28T12:00"), "hour") == 23
    assert difference(berlin("2026-03-01T00:20"), berlin("2026-03-01"), "hour") == Decimal("0.333333")
    assert difference(berlin("2026-03-01"), berlin("2026-03-15"), "week") == -2


@pytest.mark.parametrize("form", ["unix", "unixMs", "yyyy-MM-dd", "dd.MM.yy HH:mm:ss"])
def test_forms_are_known(form: str) -> None:
    assert check_form(form) == form


@pytest.mark.parametrize("form", ["%d.%m", "YYYY", "dd MMM", "iso", "yyyy yyyy"])
def test_other_forms_are_refused(form: str) -> None:
    with pytest.raises(ValueError, match="unixMs"):
        check_form(form)
