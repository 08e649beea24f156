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
    if isinstance(text, bytes | bytearray):
        try:
            text = bytes(text).decode("utf-8")
        except UnicodeDecodeError as error:
            raise UnsafeJSON("not_utf8", f"byte {error.start}") from None
    _check_depth(text, max_depth)
    try:
        value = json.loads(
            text,
            parse_float=_decimal,
            parse_int=_integer,
            parse_constant=_constant,
            object_pairs_hook=_unique_keys,
        )
    except UnsafeJSON:
        raise
    except json.JSONDecodeError as error:
        raise UnsafeJSON("not_json", f"line {error.lineno} column {error.colno}") from None
    except RecursionError:
        raise UnsafeJSON("too_deep", f"limit {max_depth}") from None
    check(value, max_depth=max_depth, max_elements=max_elements)
    return value


def dumps(value: Any) -> str:
    """Write compact JSON; `Decimal` stays a number, dates are ISO 8601, UUIDs and lazy texts are strings.

    Raises `UnsafeJSON` for NaN and infinities.
    """
    try:
        return simplejson.dumps(
            value, use_decimal=True, ensure_ascii=False, separators=(",", ":"), default=_plain, allow_nan=False
        )
    except ValueError as error:
        raise UnsafeJSON("not_a_number", str(error)) from None


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
        if isinstance(value, dict):
            for key in value:
                if not isinstance(key, str):
                    raise UnsafeJSON("bad_key", str(key))
                _check_text(key)
            deeper.extend(value.values())
        elif isinstance(value, list | tuple):
            deeper.extend(value)
        elif isinstance(value, str):
            _check_text(value)
        elif isinstance(value, float) and not math.isfinite(value):
            raise UnsafeJSON("not_a_number", str(value))
    return deeper


def _check_text(text: str) -> None:
    if "\x00" in text:
        raise UnsafeJSON("nul_character")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UnsafeJSON("lone_surrogate") from None


_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


def _check_depth(text: str, max_depth: int) -> None:
    """Refuse deep nesting before the parser recurses."""
    if text.count("[") + text.count("{") <= max_depth:
        return
    depth = 0
    for match in _BRACKETS.finditer(text):
        token = match.group()
        if token in ("[", "{"):
            depth += 1
            if depth > max_depth:
                raise UnsafeJSON("too_deep", f"limit {max_depth}")
        elif token in ("]", "}"):
            depth -= 1


def _decimal(text: str) -> Decimal:
    value = Decimal(text)
    if value and abs(value.adjusted()) > MAX_EXPONENT:
        raise UnsafeJSON("number_out_of_range", text[:40])
    return value


def _integer(text: str) -> int:
    if len(text) > 20:
        raise UnsafeJSON("number_out_of_range", text[:40])
    value = int(text)
    if not MIN_INTEGER <= value <= MAX_INTEGER:
        raise UnsafeJSON("number_out_of_range", text)
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
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, uuid.UUID | Promise):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


class Encoder(json.JSONEncoder):
    """For `JSONField(encoder=…)`: the writer above behind the interface that Django expects."""

    def encode(self, o: Any) -> str:
        return dumps(o)


class Decoder(json.JSONDecoder):
    """For `JSONField(decoder=…)`: what our own database holds was checked when it came in."""

    def __init__(self, **options: Any) -> None:
        super().__init__(parse_float=Decimal, **options)
