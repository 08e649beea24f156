"""PURE: one type made from another, without guessing: what cannot be read as the wanted type is `UNCASTABLE`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Literal

from workflows.items.coercion import as_number, as_text
from workflows.items.paths import MISSING

Target = Literal["string", "number", "integer", "boolean", "date", "datetime"]


class Uncastable(Enum):
    UNCASTABLE = "uncastable"


UNCASTABLE = Uncastable.UNCASTABLE

LARGEST = 2**63 - 1
"""The integers that JSON carries through every database."""

_TRUE = frozenset({"true", "yes", "1"})
_FALSE = frozenset({"false", "no", "0"})


def cast(value: Any, to: Target) -> Any:
    """The value as `to`, or `UNCASTABLE`. Null and missing stay what they are; an empty text is null, but for texts.

    Fractions are no integers. Dates and times are read and written in the form of ISO 8601.
    """
    if value is None or value is MISSING:
        return value
    if value == "" and to != "string":
        return None
    return _CASTS[to](value)


def _number(value: Any) -> Any:
    number = as_number(value)
    return UNCASTABLE if number is None else number


def _integer(value: Any) -> Any:
    number = as_number(value)
    if number is None:
        return UNCASTABLE
    exact = Decimal(number)
    return int(exact) if exact == exact.to_integral_value() and -LARGEST <= exact <= LARGEST else UNCASTABLE


def _boolean(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        said = value.strip().lower()
        return said in _TRUE if said in _TRUE | _FALSE else UNCASTABLE
    number = as_number(value)
    return bool(number) if number in (0, 1) else UNCASTABLE


def _date(value: Any) -> Any:
    if not isinstance(value, str):
        return UNCASTABLE
    try:
        return datetime.fromisoformat(value.strip()).date().isoformat()
    except ValueError:
        return UNCASTABLE


def _datetime(value: Any) -> Any:
    if not isinstance(value, str):
        return UNCASTABLE
    try:
        return datetime.fromisoformat(value.strip()).isoformat()
    except ValueError:
        return UNCASTABLE


_CASTS: Mapping[Target, Callable[[Any], Any]] = {
    "string": as_text,
    "number": _number,
    "integer": _integer,
    "boolean": _boolean,
    "date": _date,
    "datetime": _datetime,
}
