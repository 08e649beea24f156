"""XLSX of any table: written to a file row by row, so memory does not grow with it."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Generator, Iterable, Sequence
from decimal import Decimal
from typing import Any, Final

from integrations import spreadsheet

MAX_ROWS: Final = 100_000
"""Half a minute of work; a larger table is taken as CSV."""
CONTENT_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_PIECE: Final = 64 * 1024
_MAX_CELL: Final = 32_767
_LARGEST: Final = 10**15
_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def pieces(rows: Iterable[Sequence[Any]]) -> Generator[bytes]:
    """One sheet with these rows. Numbers stay numbers, every text is made safe (`spreadsheet.cell`)."""
    from openpyxl import Workbook  # a tenth of a second, and only downloads need it

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Naryad")
    for row in rows:
        sheet.append([_cell(value) for value in row])
    with tempfile.TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece


def _cell(value: Any) -> Any:
    """A spreadsheet keeps fifteen digits of a number, so a longer one, mostly an id, is written as a text."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float | Decimal) and -_LARGEST < value < _LARGEST:
        return value
    return _UNPRINTABLE.sub("\ufffd", spreadsheet.cell(value))[:_MAX_CELL]
