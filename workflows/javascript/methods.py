"""PURE: methods that n8n gives to objects, where a field of the data may well have their name.

An answer without `values` has no values: `$json.values ?? []` must not find a method there. So such methods are on no
prototype under their own name. Where a program calls one, the call gets a name that no field has (`PREFIX`), and the
prelude knows what is meant: `objects.js`.

And what is missing is empty: `$json.none.isEmpty()` is true there. No prototype can answer for null, so whatever is
asked whether it is empty is handed to a function first (`WHATEVER`), which puts something in the place of nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from workflows.javascript.operands import Operands

PREFIX: Final = "$$"
NAMES: Final = ("keys", "values", "merge", "compact", "isWeekend")
"""`isWeekend` is no name of a field, but without brackets a property of Luxon's."""
EMPTINESS: Final = ("isEmpty", "isNotEmpty")
WHATEVER: Final = f"{PREFIX}of"
REMEMBERED: Final = 4_000
"""Characters: expressions are short and come again and again, programs are not."""

_ASKED = "|".join((*NAMES, *EMPTINESS))
_CALL = re.compile(rf"\.\s*(?:{_ASKED})\s*\(")
_MARKED = re.compile(rf"{re.escape(PREFIX)}({'|'.join(NAMES)})\b")
_TOKEN = re.compile(
    rf"""
      (?P<gap>/\*.*?\*/ | //[^\n]* | \s+)
    | (?P<quoted>"(?:[^"\\\n]|\\.)*+" | '(?:[^'\\\n]|\\.)*+')
    | (?P<open>["'] | /\*)
    | (?P<call>\??\.\s*)(?P<name>{_ASKED})(?=\s*\()
    | (?P<dots>\.\.\. | \?\.(?!\d))
    | (?P<word>[\w$]+)
    | (?P<sign>.)
    """,
    re.DOTALL | re.VERBOSE,
)
_PATTERN = re.compile(r"/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.){0,200}+\]){1,1000}+/")
_TEMPLATE_TEXT = re.compile(r"(?:[^`\\$]|\\.|\$(?!\{))*(?P<end>`|\$\{|\Z)", re.DOTALL)
_BEFORE_PATTERN = frozenset({"", *"(,=:[!&|?{};+-*%<>~^", "return", "typeof", "in", "of", "case", "void"})
"""After which a slash begins a regular expression, and does not divide."""
_NOT_OURS = frozenset({"Object", "super"})
"""`Object.keys(…)` is JavaScript's own, `super.keys()` asks for the method of a class."""


def in_calls(source: str) -> str:
    """The source with every call of a method of `NAMES` marked; not in quoted texts, comments and patterns."""
    if not _CALL.search(source):
        return source
    return _marked_once(source) if len(source) <= REMEMBERED else _marked(source)


def unmarked(words: str) -> str:
    """What the engine says of a marked source, in the words of the source itself."""
    return _MARKED.sub(r"\1", words)


def _marked(source: str) -> str:
    pieces: list[str] = []
    operands = Operands()
    position = 0
    templates: list[int] = []  # for each template text around this place, how many braces its expression has open
    before = ""
    while position < len(source):
        token = _pattern(source, position, before) or _TOKEN.match(source, position)
        if token is None or token.groupdict().get("open"):  # what is never closed cannot be run either
            break
        position = token.end()
        found = token.groupdict()
        pieces.append(_piece(token, found, before, operands))
        if not found.get("gap"):
            operands.saw(len(pieces) - 1, token[0], found, before)
            before = found.get("word") or found.get("dots") or found.get("sign") or ")"
        if before in ("{", "}") and templates:
            templates[-1] += 1 if before == "{" else -1
        goes_on = before == "}" and bool(templates) and templates[-1] < 0
        if goes_on:
            templates.pop()
        if (goes_on or before == "`") and (text := _TEMPLATE_TEXT.match(source, position)):
            pieces.append(text[0])
            position = text.end()
            before = "{" if text["end"] == "${" else ")"
            operands.wrote(opens=before == "{")
            templates += [0] if before == "{" else []
    pieces.append(source[position:])
    return "".join(f"{WHATEVER}(" * operands.asked.get(place, 0) + piece for place, piece in enumerate(pieces))


_marked_once = lru_cache(maxsize=1024)(_marked)


def _piece(token: re.Match[str], found: Mapping[str, str | None], before: str, operands: Operands) -> str:
    """The token as it goes to the engine."""
    name = found.get("name")
    if not name or before in _NOT_OURS:
        return token[0]
    if name not in EMPTINESS:
        return f"{found['call']}{PREFIX}{name}"
    return f"){token[0]}" if token[0].startswith(".") and operands.ask() else token[0]


def _pattern(source: str, position: int, before: str) -> re.Match[str] | None:
    """The regular expression that begins here, if `before` lets one begin."""
    if source[position] != "/" or source.startswith(("//", "/*"), position):
        return None
    return _PATTERN.match(source, position) if before in _BEFORE_PATTERN else None
