"""PURE: CSV that a spreadsheet opens as data and never runs as a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Final

from integrations import safe_json

BOM: Final = "\ufeff"
"""Without it a spreadsheet reads UTF-8 as the local code page."""

_FORMULA: Final = frozenset("=+-@＝＋－＠")
_STEPPED_OVER: Final = " '\"\t\r\n\v\f\u00a0\ufeff"
_NEXT_CELL: Final = re.compile(r"([;\t\r\n])")
"""Where a program whose cells end with `;` or TAB begins another cell, whatever stands in quotes: the pieces between
are cells of their own there."""
_NUMBER: Final = re.compile(r"[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?")


def lines(rows: Iterable[Sequence[Any]]) -> str:
    """Rows as CSV (RFC 4180: commas, CRLF), every cell made safe."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([cell(value) for value in row] for row in rows)
    return text.getvalue()


def cell(value: Any) -> str:
    """One value as text: numbers as they are, lists and objects as JSON, null as nothing.

    Text that a spreadsheet would take for a formula, also after quotes or spaces, gets an apostrophe in front; text
    that is just a number is left alone. So does what comes behind a `;`, TAB or line end: with a decimal comma, cells
    end with `;`.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return str(value)
    text = value if isinstance(value, str) else safe_json.dumps(value)
    if text[:1] in ("\t", "\r", "\n"):
        return f"'{text}"
    return "".join(f"'{piece}" if _looks_like_a_formula(piece) else piece for piece in _NEXT_CELL.split(text))


def _looks_like_a_formula(text: str) -> bool:
    bare = text.lstrip(_STEPPED_OVER)
    return bare[:1] in _FORMULA and not _NUMBER.fullmatch(text)
