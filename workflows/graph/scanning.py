"""PURE: where an expression between double braces ends: not inside a quoted text or an object."""

from __future__ import annotations

import re
from typing import Final

MAX_SCANNED: Final = 5_000
"""Characters looked through for one end, more than an expression may have: a text full of beginnings without an end
would else be read once from each of them."""
MAX_DEPTH: Final = 50
"""Objects inside each other that an expression may hold."""

_CLOSE = "}}"
_BRACE_OR_QUOTED = re.compile(
    r"""[{}] | "(?:[^"\\]++|\\.)*+" | '(?:[^'\\]++|\\.)*+' | `(?:[^`\\]++|\\.)*+` | (?P<open>["'`])""",
    re.DOTALL | re.VERBOSE,
)


def end_of(text: str, start: int) -> int | None:
    """The index of the `}}` that closes the expression beginning at `start`; None when nothing does.

    Braces of the expression's own are counted and its quoted texts skipped. Where that does not come out even (a brace
    in a regular expression, an apostrophe in a typo) the first `}}` counts.
    """
    depth = 0
    for sign in _BRACE_OR_QUOTED.finditer(text, start, start + MAX_SCANNED):
        if sign["open"] or depth > MAX_DEPTH:
            break
        if sign[0] == "{":
            depth += 1
        elif sign[0] == "}" and depth:
            depth -= 1
        elif sign[0] == "}":
            if text.startswith(_CLOSE, sign.start()):
                return sign.start()
            break
    first = text.find(_CLOSE, start)
    return None if first < 0 else first
