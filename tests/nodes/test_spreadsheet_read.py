"""The node type `spreadsheet-read`."""

from __future__ import annotations

import base64
import io
import zipfile
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest

from tests.nodes.context import faults, run
from workflows.items.files import file
from workflows.node_type import Done, Permanent


def book(**sheets: list[list[Any]]) -> dict[str, str]:
    made = openpyxl.Workbook(write_only=True)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    packed = io.BytesIO()
    made.save(packed)
    return file("a.xlsx", "", packed.getvalue())


def out(value: Any, **config: Any) -> Any:
    outcome = run("spreadsheet-read", {"field": "file", **config}, [{"file": value}])
    assert isinstance(outcome, Done)
    return outcome.ports["out"]


def test_every_row_of_the_first_sheet_becomes_an_item() -> None:
    at = datetime(2026, 3, 1, 9, 30)  # noqa: DTZ001 - a spreadsheet knows no time zones
    rows: list[list[Any]] = [["id", "day", "at", "ok"], [1, date(2026, 3, 1), at, True], [None], [2.5]]
    assert out(book(One=rows, Two=[["x"], ["y"]])) == [
        {"id": 1, "day": "2026-03-01", "at": "2026-03-01T09:30:00", "ok": True},
        {"id": 2.5},
    ]


def test_a_sheet_can_be_named_and_have_no_header() -> None:
    assert out(book(One=[["x"]], Two=[["y", 1]]), sheet="Two", header=False) == [{"column1": "y", "column2": 1}]


def test_a_formula_that_was_never_calculated_is_nothing() -> None:
    assert out(book(One=[["a", "b"], ["=1+1", 2]])) == [{"a": None, "b": 2}]


def bomb() -> str:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/worksheets/sheet1.xml", b"0" * 5_000_000)
    return base64.b64encode(packed.getvalue()).decode()


def empty_zip() -> str:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("a", "b")
    return base64.b64encode(packed.getvalue()).decode()


def damaged() -> str:
    """A book whose sheet has other bytes than were packed."""
    data = bytearray(base64.b64decode(book(One=[["a"]])["data"]))
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        part = packed.getinfo("xl/worksheets/sheet1.xml")
    begin = part.header_offset + 30 + len(part.filename)
    data[begin : begin + 8] = b"\xff" * 8
    return base64.b64encode(data).decode()


def locked() -> str:
    """A book that says that its parts are encrypted."""
    data = bytearray(base64.b64decode(book(One=[["a"]])["data"]))
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        directory = packed.start_dir
    place = data.find(b"PK\x01\x02", directory)
    while place >= 0:
        data[place + 8] |= 1
        place = data.find(b"PK\x01\x02", place + 4)
    return base64.b64encode(data).decode()


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (bomb(), "too_large"),
        (damaged(), "unreadable"),
        (locked(), "unreadable"),
        (empty_zip(), "unreadable"),
        (base64.b64encode(b"words").decode(), "unreadable"),
        ("?", "not_a_file"),
        (7, "not_a_file"),
    ],
)
def test_bombs_and_what_is_no_table_are_refused(value: Any, code: str) -> None:
    with pytest.raises(Permanent) as failure:
        out(value)

    assert failure.value.code == code


def test_a_sheet_that_is_not_there_is_told() -> None:
    with pytest.raises(Permanent) as failure:
        out(book(One=[["a"]]), sheet="Two")

    assert failure.value.details["reason"] == "Two: One"


def test_faults_are_named() -> None:
    assert set(faults("spreadsheet-read", {"sheet": "x" * 32})) == {"field", "sheet"}
