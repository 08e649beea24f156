"""Reading the five fields of a crontab."""

from __future__ import annotations

import pytest
from celery.schedules import crontab_parser
from hypothesis import given
from hypothesis import strategies as st

from workflows.graph.crontab import BadCrontab, parse

number = st.integers(0, 25).map(str)
part = st.one_of(
    st.just("*"),
    number,
    st.builds("{}-{}".format, number, number),
    st.builds("*/{}".format, st.integers(1, 30)),
    st.builds("{}-{}/{}".format, number, number, st.integers(1, 9)),
)


def test_fields_are_sets_of_numbers() -> None:
    read = parse("*/20 9-17/4 1,15 jan,6-8 mon-fri")
    assert read.minutes == (0, 20, 40)
    assert read.hours == (9, 13, 17)
    assert read.days == (1, 15)
    assert read.months == (1, 6, 7, 8)
    assert read.weekdays == (1, 2, 3, 4, 5)


def test_a_range_may_wrap_around_and_sunday_has_two_numbers() -> None:
    assert parse("0 22-2 * * fri-mon").hours == (0, 1, 2, 22, 23)
    assert parse("0 0 * * fri-mon").weekdays == (0, 1, 5, 6)
    for sunday in ("0", "7", "sun", "Sunday"):
        assert parse(f"0 0 * * {sunday}").weekdays == (0,)
    assert parse("0 0 * * 5-7").weekdays == (0, 5, 6)
    assert parse("0 0 * * 1-7").weekdays == tuple(range(7))


@given(st.lists(part, min_size=1, max_size=3).map(",".join))
def test_hours_are_read_as_celery_reads_them(text: str) -> None:
    try:
        expected = tuple(sorted(crontab_parser(24).parse(text)))
    except (ValueError, crontab_parser.ParseException):
        with pytest.raises(BadCrontab):
            parse(f"0 {text} * * *")
    else:
        assert parse(f"0 {text} * * *").hours == expected


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "пять полей"),
        ("* * * *", "пять полей"),
        ("* * * * * *", "пять полей"),
        ("* * * * *" + " " * 400, "пять полей"),
        ("60 * * * *", "Минуты"),
        ("5/15 * * * *", "Минуты"),
        ("*/0 * * * *", "Минуты"),
        ("-5 * * * *", "Минуты"),
        ("1,, * * * *", "Минуты"),
        ("٣ * * * *", "Минуты"),
        ("0 24 * * *", "Часы"),
        ("0 0 0 * *", "Дни месяца"),
        ("0 0 * 13 *", "Месяцы"),
        ("0 0 * mon *", "Месяцы"),
        ("0 0 * * 8", "Дни недели"),
        ("0 0 * * monkey", "Дни недели"),
        ("0 0 30 2 *", "не бывает"),
        ("0 0 31 2,4,6 *", "не бывает"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(text: str, named: str) -> None:
    with pytest.raises(BadCrontab, match=named):
        parse(text)
