"""PURE: paths into an item, `a.b[0]["c d"]?.e`, the one way in which fields are named.

What is not there is `MISSING`, which is not the same as null.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum
from functools import lru_cache
from typing import Any

from workflows.items.wording import gettext_noop

Key = str | int
Path = tuple[Key, ...]


class Absent(Enum):
    MISSING = "missing"


MISSING = Absent.MISSING

MAX_LENGTH = 500

_INDEX = r"\[\s*(?P<index>\d{1,9})\s*\]"
_QUOTED = r"""\[\s*(?:"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>(?:[^'\\]|\\.)*)')\s*\]"""
_SEGMENT = re.compile(rf"(?:{_INDEX}|{_QUOTED}|(?P<dot>\.)?(?P<name>[^.\[\]\"'?{{}}]+))", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


class BadPath(ValueError):
    """The text names no field; the message is a gettext msgid."""


@lru_cache(maxsize=4096)
def parse(text: str) -> Path:
    """The keys of a path; raises `BadPath`."""
    if len(text) > MAX_LENGTH:
        raise BadPath(gettext_noop("Путь к полю слишком длинный"))
    keys: list[Key] = []
    position = 0
    while position < len(text):
        if text.startswith("?.", position) and keys:
            position += 1 if text[position + 2 : position + 3] != "[" else 2
        match = _SEGMENT.match(text, position)
        if match is None or not _fits(match, first=not keys):
            raise BadPath(gettext_noop('Путь к полю пишется так: a.b[0]["имя поля"]'))
        keys.append(_key(match))
        position = match.end()
    if not keys:
        raise BadPath(gettext_noop("Путь к полю пуст"))
    return tuple(keys)


def _fits(match: re.Match[str], *, first: bool) -> bool:
    """A name begins the path or follows a dot; anything else stands in brackets."""
    if match["name"] is None:
        return True
    return bool(match["name"].strip()) and (match["dot"] is None) == first


def _key(match: re.Match[str]) -> Key:
    if match["index"] is not None:
        return int(match["index"])
    for quoted in (match["double"], match["single"]):
        if quoted is not None:
            return _ESCAPE.sub(r"\1", quoted)
    return match["name"].strip()


def read(value: Any, path: Sequence[Key]) -> Any:
    """The value at the end of the path, or `MISSING`. `length` of a list or a text is its length."""
    for key in path:
        if isinstance(value, dict):
            value = value.get(key if isinstance(key, str) else str(key), MISSING)
        else:
            value = _step(value, key)
        if value is MISSING:
            return MISSING
    return value


def _step(value: Any, key: Key) -> Any:
    if isinstance(value, list | tuple):
        return _element(value, key)
    if isinstance(value, str) and key == "length":
        return len(value)
    return MISSING


def _element(values: Sequence[Any], key: Key) -> Any:
    if key == "length":
        return len(values)
    if isinstance(key, str):
        if not (key.isascii() and key.isdigit() and len(key) < 10):
            return MISSING
        key = int(key)
    return values[key] if key < len(values) else MISSING
