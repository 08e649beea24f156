"""Tables in files: CSV and XLSX as items, and items as CSV, XLSX and HTML."""

from __future__ import annotations

import csv
import html
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any, Final, Literal

from integrations import spreadsheet
from workflows.items import files
from workflows.items.tables import MAX_COLUMNS, items_of, rows_of
from workflows.node_type import Item

LIKELY: Final = ",;\t|"
SAMPLE: Final = 8192
CSV: Final = "text/csv"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_UNPACKED: Final = 200_000_000
MAX_RATIO: Final = 200
"""How much larger the files inside may be than the file: beyond it is a bomb and no table."""
MAX_PARTS: Final = 2000
NOT_AS_EXPECTED: Final = (
    *(LookupError, TypeError, AttributeError, SyntaxError, ArithmeticError),  # openpyxl trusts what is inside
    *(zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, OSError),  # an archive that is damaged or has a password
)
MAX_CELLS: Final = 500_000
MAX_CELL: Final = 32_767
"""Characters that Excel takes in one cell."""
LARGEST: Final = 10**15
"""Excel keeps 15 digits of a number: a longer one, mostly an id, is written as a text."""
UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")

Encoding = Literal["auto", "utf-8", "cp1251", "utf-16"]


def text_of(data: bytes, encoding: Encoding = "auto") -> str:
    """The text of a file without its mark: `auto` is UTF-8, UTF-16 with a mark, else Windows-1251."""
    if encoding != "auto":
        return data.decode(encoding).removeprefix("\ufeff")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1251")


def csv_items(text: str, *, delimiter: str = "", quote: str = '"', header: bool = True, most: int) -> list[Item]:
    """The rows as items, at most one more than `most`; without a delimiter the likely one. Raises `ValueError`."""
    cells = _csv_cells(text, delimiter or _likely(text), quote)
    return list(islice(items_of(cells, header=header), most + 1))


def _csv_cells(text: str, delimiter: str, quote: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quotechar=quote, strict=True)
    except csv.Error as error:
        raise ValueError(str(error)) from None


def _likely(text: str) -> str:
    """The delimiter that the first line has most of; a comma where it has none."""
    first = text[:SAMPLE].lstrip("\r\n").splitlines()[:1]
    return max(LIKELY, key=lambda sign: first[0].count(sign) if first else 0)


def sheet_items(data: bytes, *, sheet: str = "", header: bool = True, most: int) -> list[Item]:
    """The rows of a sheet (the first without a name) of XLSX, at most one more than `most`.

    Raises `ValueError` for what cannot be read, `files.TooLarge` for what would unpack out of proportion.
    """
    import openpyxl

    _refuse_bombs(data)
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        try:
            names = book.sheetnames
            if sheet and sheet not in names:
                raise ValueError(f"{sheet}: {', '.join(names)[:200]}")
            cells = _sheet_cells(book[sheet] if sheet else book.worksheets[0])
            return list(islice(items_of(cells, header=header), most + 1))
        finally:
            book.close()
    except NOT_AS_EXPECTED as error:
        raise ValueError(f"XLSX: {type(error).__name__}") from None


def _refuse_bombs(data: bytes) -> None:
    """Raises `ValueError` for what is no zip, `files.TooLarge` for one whose content is out of proportion."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts = packed.infolist()
    except zipfile.BadZipFile:
        raise ValueError("XLSX: BadZipFile") from None
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MAX_PARTS or unpacked > min(MAX_UNPACKED, MAX_RATIO * max(len(data), 10_000)):
        raise files.TooLarge


def _sheet_cells(sheet: Any) -> Iterator[list[Any]]:
    """The sheet's rows without idle cells at their ends, which a file may claim to have by the thousand."""
    for row in sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS):
        cells = [_plain(cell) for cell in row]
        while cells and cells[-1] is None:
            cells.pop()
        yield cells


def _plain(cell: Any) -> Any:
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return cell.total_seconds()
    return cell


def csv_text(
    items: Sequence[Item],
    *,
    columns: Sequence[str] = (),
    delimiter: str = ",",
    header: bool = True,
    bom: bool = False,
) -> str:
    """The items as CSV, each cell made safe. Raises `ValueError`."""
    names, rows = rows_of(items, columns)
    text = io.StringIO()
    try:
        writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
        if header:
            writer.writerow([spreadsheet.cell(name) for name in names])
        writer.writerows([spreadsheet.cell(value) for value in row] for row in rows)
    except (csv.Error, TypeError) as error:
        raise ValueError(str(error)) from None
    return f"{spreadsheet.BOM if bom else ''}{text.getvalue()}"


def sheet_file(items: Sequence[Item], *, sheet: str = "Sheet1", columns: Sequence[str] = ()) -> bytes:
    """The items as one sheet of XLSX. Raises `ValueError`, `files.TooLarge`."""
    import openpyxl

    names, rows = rows_of(items, columns)
    if len(names) * (len(items) + 1) > MAX_CELLS:
        raise files.TooLarge
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet(sheet)
    page.append([_cell(name) for name in names])
    for row in rows:
        page.append([_cell(value) for value in row])
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def _cell(value: Any) -> Any:
    """Numbers and booleans as such, everything else as a safe text."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float | Decimal) and -LARGEST < value < LARGEST:
        return value
    plain = UNPRINTABLE.sub("", value) if isinstance(value, str) else value  # first, lest one hides a formula
    return UNPRINTABLE.sub("", spreadsheet.cell(plain))[:MAX_CELL]


def html_page(items: Sequence[Item], *, columns: Sequence[str] = ()) -> str:
    """The items as a table in a page. Raises `ValueError`."""
    names, rows = rows_of(items, columns)
    lines = [_html_row(names, "th"), *(_html_row([spreadsheet.cell(cell) for cell in row], "td") for row in rows)]
    return (
        '<!doctype html><html><head><meta charset="utf-8"></head><body><table>'
        + "".join(lines)
        + "</table></body></html>"
    )


def _html_row(cells: Sequence[str], tag: str) -> str:
    return "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells) + "</tr>"
