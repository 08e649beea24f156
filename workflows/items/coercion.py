"""PURE: what counts as a number, when two values are the same, how a value reads inside a text.

Numbers are int, Decimal, finite float and numeric text; a boolean is no number; money never passes through a float.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from functools import cache
from typing import Any

import simplejson

Number = int | Decimal

EXACT = Context(prec=100, rounding=ROUND_HALF_UP)
"""Wide enough for every sum of money; used by all arithmetic on items."""

_NUMERIC = re.compile(r"\s*[+-]?(?:\d{1,100}(?:\.\d{0,100})?|\.\d{1,100})(?:[eE][+-]?\d{1,2})?\s*", re.ASCII)


def as_number(value: Any) -> Number | None:
    """The value as a number, or None where it is none: null, a boolean, NaN, an empty or other text, a structure."""
    if isinstance(value, int):
        return None if isinstance(value, bool) else value
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    if isinstance(value, float):
        number = Decimal(repr(value))
        return number if number.is_finite() else None
    if isinstance(value, str) and _NUMERIC.fullmatch(value):
        return Decimal(value.strip())
    return None


def identity(value: Any) -> Hashable:
    """Equal for equal values of one kind only: 1 and 1.0 are the same, 1, "1" and true are three things."""
    if value is None or isinstance(value, str | bool):
        return (type(value).__name__, value)
    if isinstance(value, int | float | Decimal):
        number = as_number(value)
        return ("number", None if number is None else Decimal(number))
    if isinstance(value, list | tuple):
        return ("list", tuple(identity(element) for element in value))
    if isinstance(value, dict):
        return ("dict", frozenset((key, identity(element)) for key, element in value.items()))
    return (type(value).__name__, repr(value))


def rounded(value: Number, decimals: int) -> Decimal:
    """The value with so many decimal places, halves away from zero; one beyond all measure stays as it is."""
    try:
        return EXACT.quantize(value, _last_place(decimals))
    except InvalidOperation:
        return Decimal(value)


@cache
def _last_place(decimals: int) -> Decimal:
    return Decimal(1).scaleb(-decimals)


def as_text(value: Any) -> str:
    """How a value reads inside a text: null is nothing, booleans and structures are written as in JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    return simplejson.dumps(
        value, use_decimal=True, ensure_ascii=False, separators=(",", ":"), default=str, ignore_nan=True
    )
