"""PURE: moments in a time zone: read, written, moved, compared. What cannot be done gives None.

A form is None for ISO 8601, `unix` or `unixMs` for the time since 1970, or a pattern of `yyyy yy MM dd HH mm ss`.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any, Literal

from workflows.items.coercion import EXACT, as_number, rounded
from workflows.items.wording import gettext_noop

Unit = Literal["second", "minute", "hour", "day", "week", "month", "year"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SINCE_EPOCH: Mapping[str, int] = {"unix": 1, "unixMs": 1000}
_DIRECTIVES = {"yyyy": "%Y", "yy": "%y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S", "T": "T"}
_TOKEN = re.compile(r"yyyy|yy|MM|dd|HH|mm|ss|T|[^a-zA-Z%]")
_SECONDS: Mapping[Unit, int] = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
_DECIMALS = 6


def check_form(form: str) -> str:
    """The form itself; raises `ValueError` with a gettext msgid when it is none, or says a thing twice."""
    tokens = _TOKEN.findall(form)
    directives = [token for token in tokens if token in _DIRECTIVES]
    if form not in _SINCE_EPOCH and ("".join(tokens) != form or len(set(directives)) != len(directives)):
        raise ValueError(gettext_noop("Формат — unix, unixMs или yyyy, yy, MM, dd, HH, mm, ss со знаками между ними"))
    return form


def read(value: Any, form: str | None, zone: tzinfo) -> datetime | None:
    """The moment that a value means; without an offset of its own it is meant in `zone`."""
    try:
        if form is not None and form in _SINCE_EPOCH:
            return _since_epoch(value, _SINCE_EPOCH[form], zone)
        if not isinstance(value, str):
            return None
        text = value.strip()
        if form is not None:
            return datetime.strptime(text, _pattern(form)).replace(tzinfo=zone)
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)
    except (ValueError, OverflowError):
        return None


def write(moment: datetime, form: str | None) -> str | int:
    """The moment in this form: whole seconds or milliseconds since 1970, or a text."""
    if form is not None and form in _SINCE_EPOCH:
        return (moment - _EPOCH) // timedelta(microseconds=1_000_000 // _SINCE_EPOCH[form])
    if form is None:
        return moment.isoformat()
    # strftime does not fill years before 1000 with zeros everywhere.
    return moment.strftime(_pattern(form).replace("%Y", f"{moment.year:04d}"))


def shifted(moment: datetime, amount: int, unit: Unit) -> datetime | None:
    """The moment so much later. Days and longer keep the time of day; in a month too short it is the last day."""
    zone = moment.tzinfo
    try:
        if unit in ("month", "year"):
            return _real(_months_later(moment, amount * (12 if unit == "year" else 1)))
        step = timedelta(seconds=amount * _SECONDS[unit])
        if unit in ("day", "week"):
            return _real(moment + step)
        return (moment.astimezone(UTC) + step).astimezone(zone)
    except (ValueError, OverflowError):
        return None


def start_of(moment: datetime, unit: Unit) -> datetime | None:
    """The beginning of the moment's minute, day, week (Monday), month and so on, in its own zone."""
    start = moment.replace(microsecond=0)
    if unit != "second":
        start = start.replace(second=0)
    if unit not in ("second", "minute"):
        start = start.replace(minute=0)
    if unit in ("day", "week", "month", "year"):
        start = start.replace(hour=0, fold=0)
    if unit == "week":
        start -= timedelta(days=min(start.weekday(), start.toordinal() - 1))
    if unit in ("month", "year"):
        start = start.replace(day=1)
    try:
        return _real(start.replace(month=1) if unit == "year" else start)
    except OverflowError:
        return None


def difference(moment: datetime, other: datetime, unit: Unit) -> Decimal:
    """How much later `moment` is than `other`, in units up to weeks, exact to six places."""
    microseconds = ((moment - _EPOCH) - (other - _EPOCH)) // timedelta(microseconds=1)
    exact = EXACT.divide(Decimal(microseconds), Decimal(_SECONDS[unit] * 1_000_000))
    found = rounded(exact, _DECIMALS)
    return found.to_integral_value() if found == found.to_integral_value() else found.normalize(EXACT)


def _since_epoch(value: Any, per_second: int, zone: tzinfo) -> datetime | None:
    number = as_number(value)
    if number is None:
        return None
    microseconds = EXACT.multiply(Decimal(number), Decimal(1_000_000 // per_second))
    return (_EPOCH + timedelta(microseconds=int(microseconds))).astimezone(zone)


def _pattern(form: str) -> str:
    return "".join(_DIRECTIVES.get(token, token) for token in _TOKEN.findall(form))


def _months_later(moment: datetime, months: int) -> datetime:
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))


def _real(moment: datetime) -> datetime:
    """A time of day that a change of clocks leaves out becomes the one that clocks show instead."""
    return moment.astimezone(UTC).astimezone(moment.tzinfo)
