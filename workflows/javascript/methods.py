"""PURE: methods that n8n gives to objects, where a field of the data may well have their name.

An answer without `values` has no values: `$json.values ?? []` must not find a method there. So such methods are on no
prototype under their own name. Where an expression calls one, the call gets a name that no field has (`PREFIX`), and
the prelude knows what is meant: `objects.js`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

PREFIX: Final = "$$"
NAMES: Final = ("keys", "values", "merge", "compact", "isWeekend")
"""`isWeekend` is no name of a field, but without brackets a property of Luxon's."""

_CALL = re.compile(rf"\.\s*(?:{'|'.join(NAMES)})\s*\(")
_TOKEN = re.compile(
    rf"""
      (?P<gap>/\*.*?\*/ | //[^\n]* | \s+)
    | (?P<quoted>"(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*')
    | (?P<call>\.\s*)(?P<name>{"|".join(NAMES)})(?=\s*\()
    | (?P<word>[\w$]+)
    | (?P<sign>.)
    """,
    re.DOTALL | re.VERBOSE,
)
_PATTERN = re.compile(r"/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/")
_TEMPLATE_TEXT = re.compile(r"(?:[^`\\$]|\\.|\$(?!\{))*(?P<end>`|\$\{|\Z)", re.DOTALL)
_BEFORE_PATTERN = frozenset({"", *"(,=:[!&|?{};+-*%<>~^", "return", "typeof", "in", "of", "case", "void"})
"""After which a slash begins a regular expression, and does not divide."""


def in_calls(source: str) -> str:
    """The source with every call of a method of `NAMES` marked; not in quoted texts, comments and patterns."""
    return _marked(source) if _CALL.search(source) else source


@lru_cache(maxsize=1024)
def _marked(source: str) -> str:
    return "".join(_pieces(source))


def _pieces(source: str) -> Iterator[str]:
    position = 0
    templates: list[int] = []  # for each template text around this place, how many braces its expression has open
    before = ""
    while position < len(source):
        token = _pattern(source, position, before) or _TOKEN.match(source, position)
        if token is None:  # any sign is a token
            break
        position = token.end()
        found = token.groupdict()
        yield f"{found['call']}{PREFIX}{found['name']}" if found.get("name") else token[0]
        before = before if found.get("gap") else found.get("word") or found.get("sign") or ")"
        if before in ("{", "}") and templates:
            templates[-1] += 1 if before == "{" else -1
        goes_on = before == "}" and bool(templates) and templates[-1] < 0
        if goes_on:
            templates.pop()
        if (goes_on or before == "`") and (text := _TEMPLATE_TEXT.match(source, position)):
            yield text[0]
            position = text.end()
            before = "{" if text["end"] == "${" else ")"
            templates += [0] if before == "{" else []
    yield source[position:]


def _pattern(source: str, position: int, before: str) -> re.Match[str] | None:
    """The regular expression that begins here, if `before` lets one begin."""
    if source[position] != "/" or source.startswith(("//", "/*"), position):
        return None
    return _PATTERN.match(source, position) if before in _BEFORE_PATTERN else None
