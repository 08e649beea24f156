"""PURE: the five fields of a crontab, read as Celery reads them: a day must suit all three of its fields.

    minute (0–59)  hour (0–23)  day of month (1–31)  month (1–12)  day of week (0–6 or mon–sun, 0 and 7 are Sunday)

A field is a list of `*`, `n`, `n-m` (it may wrap around: `22-2`), each of the starred and the ranges with a `/step`.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from workflows.items.wording import gettext_noop

MAX_LENGTH = 400
_PART = re.compile(r"(?:\*|(?P<first>\w+)(?:-(?P<last>\w+))?)(?:/(?P<step>\d{1,3}))?", re.ASCII)
_LEAP_YEAR = 2000
_COLUMN = 64

FIVE_FIELDS = gettext_noop("Расписание — пять полей через пробел: минуты, часы, дни, месяцы, дни недели")
NEVER = gettext_noop("Такого дня не бывает: проверьте дни и месяцы")


class BadCrontab(ValueError):
    """Cannot be read. The argument is a gettext msgid that names the field and the cure."""


def _numbered(*names: str, first: int) -> dict[str, int]:
    """Names and their first three letters, as numbers from `first` on."""
    return {word: number for number, name in enumerate(names, start=first) for word in (name, name[:3])}


@dataclass(frozen=True)
class _Field:
    least: int
    most: int
    fault: str
    names: Mapping[str, int] = field(default_factory=dict)


_FIELDS = {
    "minutes": _Field(0, 59, gettext_noop("Минуты — числа от 0 до 59, например 0, */15 или 10-20")),
    "hours": _Field(0, 23, gettext_noop("Часы — числа от 0 до 23, например 9, */2 или 9-18")),
    "days": _Field(1, 31, gettext_noop("Дни месяца — числа от 1 до 31, например 1, 1,15 или *")),
    "months": _Field(
        1,
        12,
        gettext_noop("Месяцы — числа от 1 до 12, например 1, */3 или *"),
        _numbered(
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
            first=1,
        ),
    ),
    "weekdays": _Field(
        0,
        6,
        gettext_noop("Дни недели — числа от 0 (воскресенье) до 6 или mon-fri, например 1-5 или *"),
        _numbered("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", first=0) | {"7": 0},
    ),
}


@dataclass(frozen=True)
class Crontab:
    """What each field allows, in rising order. `weekdays` count from Sunday."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]


def parse(text: str) -> Crontab:
    """Read a crontab; raises `BadCrontab`."""
    written = text.split()
    if len(written) != len(_FIELDS) or len(text) > MAX_LENGTH:
        raise BadCrontab(FIVE_FIELDS)
    allowed = [tuple(sorted(set(_numbers(part, known)))) for part, known in zip(written, _FIELDS.values(), strict=True)]
    crontab = Crontab(*allowed)
    if min(crontab.days) > max(monthrange(_LEAP_YEAR, month)[1] for month in crontab.months):
        raise BadCrontab(NEVER)
    return crontab


def celery_fields(text: str) -> list[str]:
    """The fields as Celery and the columns of its tables take them; raises `BadCrontab`.

    A field stays as it was written, unless it has a Sunday called 7, which Celery does not know, or is long.
    """
    read = parse(text)
    allowed = (read.minutes, read.hours, read.days, read.months, read.weekdays)
    plain = [len(part) <= _COLUMN for part in text.split()]
    plain[-1] &= "7" not in text.split()[-1]
    return [
        part if keep else ",".join(map(str, numbers))
        for part, keep, numbers in zip(text.split(), plain, allowed, strict=True)
    ]


def _numbers(written: str, known: _Field) -> Iterator[int]:
    for part in written.split(","):
        match = _PART.fullmatch(part)
        if match is None or match["step"] == "0" or (match["step"] and match["first"] and not match["last"]):
            raise BadCrontab(known.fault)
        yield from _range(match["first"], match["last"], known)[:: int(match["step"] or 1)]


def _range(first: str | None, last: str | None, known: _Field) -> list[int]:
    if first is None:
        return list(range(known.least, known.most + 1))
    start = _number(first, known)
    if last is None:
        return [start]
    # Sunday closes a week that begins with another day: 5-7, mon-sun.
    end = known.most + 1 if last == "7" and "7" in known.names else _number(last, known)
    if end > known.most:
        return [*range(start, end), known.least]
    if end < start:
        return [*range(start, known.most + 1), *range(known.least, end + 1)]
    return list(range(start, end + 1))


def _number(word: str, known: _Field) -> int:
    number = known.names.get(word.lower())
    if number is None and word.isdecimal():
        number = int(word)
    if number is None or not known.least <= number <= known.most:
        raise BadCrontab(known.fault)
    return number
