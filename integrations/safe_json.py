"""The one strict JSON reader and writer: hostile bodies are refused before they reach a database or a node.

Numbers with a fraction become `Decimal` and are written back with all their digits.
"""

from __future__ import annotations

import json
import math
import re
import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NoReturn

import simplejson
from django.utils.functional import Promise

MAX_DEPTH = 64
MAX_ELEMENTS = 1_000_000
MAX_INTEGER = 2**63 - 1
MIN_INTEGER = -(2**63)
MAX_EXPONENT = 300


class UnsafeJSON(ValueError):
    """The document is not JSON, or JSON that must not be let in. `reason` is stable and machine-readable."""

    def __init__(self, reason: str, detail: str = "") -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(f"{reason}: {detail}" if detail else reason)


def loads(text: str | bytes, *, max_depth: int = MAX_DEPTH, max_elements: int = MAX_ELEMENTS) -> Any:
    """Read one JSON document; raises `UnsafeJSON`.

    Refused: other encodings than UTF-8, NaN and infinities, integers beyond 64 bits, NUL and lone surrogates,
    duplicate keys, nesting deeper than `max_depth`, more than `max_elements` values.
    """
    text = _as_text(text)
    _check_count(text, max_elements)
    try:
        value = json.loads(text, parse_float=_decimal, parse_constant=_constant, object_pairs_hook=_unique_keys)
    except UnsafeJSON:
        raise
    except json.JSONDecodeError as error:
        raise UnsafeJSON("not_json", f"line {error.lineno} column {error.colno}") from None
    except RecursionError:
        raise UnsafeJSON("too_deep", f"limit {max_depth}") from None
    except ValueError:  # an integer of more digits than Python is ready to read
        raise UnsafeJSON("number_out_of_range") from None
    _check_integers_and_depth(value, max_depth)
    # What a text may hide must be escaped in the document, so few documents need a walk over all their texts.
    if _SUSPICIOUS_ESCAPE.search(text):
        check(value, max_depth=max_depth, max_elements=max_elements)
    return value


def dumps(value: Any) -> str:
    """Write compact JSON; `Decimal` stays a number, dates are ISO 8601, UUIDs and lazy texts are strings.

    Raises `UnsafeJSON` for NaN, infinities and what is nested too deeply, `TypeError` for what has no JSON form.
    The result may hold NUL and lone surrogates if the value does: `check` what comes from elsewhere than `loads`.
    """
    try:
        try:
            return _WITHOUT_DECIMALS.encode(value)
        except _HasDecimal:  # only the slower writer keeps their digits
            return _with_decimals(value)
    except UnsafeJSON:
        raise
    except RecursionError:
        raise UnsafeJSON("too_deep") from None
    except ValueError as error:
        raise UnsafeJSON("too_deep" if "Circular" in str(error) else "not_a_number", str(error)) from None


def check(value: Any, *, max_depth: int = MAX_DEPTH, max_elements: int = MAX_ELEMENTS) -> None:
    """Hold a value that is already in memory to the same limits; raises `UnsafeJSON`."""
    elements = 0
    level = [value]
    for _depth in range(max_depth + 1):
        if not level:
            return
        elements += len(level)
        if elements > max_elements:
            raise UnsafeJSON("too_many_elements", f"limit {max_elements}")
        level = _children(level)
    if level:
        raise UnsafeJSON("too_deep", f"limit {max_depth}")


def _children(level: list[Any]) -> list[Any]:
    deeper: list[Any] = []
    for value in level:
        if isinstance(value, str):
            _check_text(value)
        elif isinstance(value, dict):
            for key in value:
                if not isinstance(key, str):
                    raise UnsafeJSON("bad_key", str(key))
                _check_text(key)
            deeper.extend(value.values())
        elif isinstance(value, list | tuple):
            deeper.extend(value)
        elif isinstance(value, float | Decimal):
            if not math.isfinite(value):
                raise UnsafeJSON("not_a_number", str(value))
        elif value is not None and not isinstance(value, _SCALARS):
            raise UnsafeJSON("bad_type", type(value).__name__)
    return deeper


class _HasDecimal(Exception):
    """The value holds a `Decimal`."""


def _with_decimals(value: Any) -> str:
    text: str = simplejson.dumps(
        value,
        use_decimal=True,
        ensure_ascii=False,
        separators=(",", ":"),
        default=_plain,
        allow_nan=False,
        encoding=None,  # bytes are no text
        namedtuple_as_object=False,
    )
    if "NaN" in text or "Infinity" in text:  # simplejson looks at floats only, or it is just a word in a text
        _refuse_infinite_decimals(value)
    return text


def _refuse_infinite_decimals(value: Any) -> None:
    rest = [value]
    while rest:
        item = rest.pop()
        if isinstance(item, dict):
            rest.extend(item.values())
        elif isinstance(item, list | tuple):
            rest.extend(item)
        elif isinstance(item, Decimal) and not item.is_finite():
            raise UnsafeJSON("not_a_number", str(item))


_SCALARS = (int, datetime, date, uuid.UUID, Promise)


def _check_text(text: str) -> None:
    if "\x00" in text:
        raise UnsafeJSON("nul_character")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise UnsafeJSON("lone_surrogate") from None


_SUSPICIOUS_ESCAPE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
# Possessive, and glad to end without its closing quote: one pass whatever the document.
_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)


def _as_text(text: str | bytes) -> str:
    if isinstance(text, bytes | bytearray):
        try:
            text = bytes(text).decode("utf-8")
        except UnicodeDecodeError as error:
            raise UnsafeJSON("not_utf8", f"byte {error.start}") from None
        if "\x00" in text:
            raise UnsafeJSON("nul_character")
    else:
        _check_text(text)
    return text


def _check_count(text: str, max_elements: int) -> None:
    """Refuse too many values before memory is spent on them.

    A value follows a comma or an opening bracket, or is the root. Counted over the raw text that is an upper bound;
    only where the bound is too high the texts, which may hold commas of their own, are taken out first.
    """
    if _marks(text) < max_elements:
        return
    bare = _STRING.sub('""', text)
    if _marks(bare) - bare.count("[]") - bare.count("{}") >= max_elements:
        raise UnsafeJSON("too_many_elements", f"limit {max_elements}")


def _marks(text: str) -> int:
    return text.count(",") + text.count("[") + text.count("{")


def _check_integers_and_depth(value: Any, max_depth: int) -> None:
    level: list[Any] = [[value]]
    for _depth in range(max_depth + 1):
        deeper: list[Any] = []
        for container in level:
            for child in container.values() if isinstance(container, dict) else container:
                kind = type(child)
                if kind is int:
                    if not MIN_INTEGER <= child <= MAX_INTEGER:
                        raise UnsafeJSON("number_out_of_range")
                elif kind is dict or kind is list:
                    deeper.append(child)
        if not deeper:
            return
        level = deeper
    raise UnsafeJSON("too_deep", f"limit {max_depth}")


def _decimal(text: str) -> Decimal:
    value = Decimal(text)
    if len(text) > MAX_EXPONENT or "e" in text or "E" in text:
        out_of_range = bool(value) and abs(value.adjusted()) > MAX_EXPONENT
        if out_of_range or len(text) > 2 * MAX_EXPONENT:
            raise UnsafeJSON("number_out_of_range", text[:40])
    return value


def _constant(text: str) -> NoReturn:
    raise UnsafeJSON("not_a_number", text)


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        seen: set[str] = set()
        for key, _value in pairs:
            if key in seen:
                raise UnsafeJSON("duplicate_key", key[:80])
            seen.add(key)
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, uuid.UUID | Promise):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _plain_unless_decimal(value: Any) -> Any:
    if isinstance(value, Decimal):
        raise _HasDecimal
    return _plain(value)


_WITHOUT_DECIMALS = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), default=_plain_unless_decimal, allow_nan=False
)
"""Writes the same text as `_with_decimals` in a quarter of the time."""


class Encoder(json.JSONEncoder):
    """For `JSONField(encoder=…)`: the writer above behind the interface that Django expects."""

    def encode(self, o: Any) -> str:
        return dumps(o)


class Decoder(json.JSONDecoder):
    """For `JSONField(decoder=…)`: what our own database holds was checked when it came in."""

    def __init__(self, **options: Any) -> None:
        super().__init__(parse_float=Decimal, **options)
