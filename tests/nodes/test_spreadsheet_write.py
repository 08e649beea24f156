"""The node type `spreadsheet-write`."""

from __future__ import annotations

import base64
import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from tests.nodes.context import faults, run
from workflows.node_type import Done, Permanent


def cells(items: list[Any], **config: Any) -> Any:
    outcome = run("spreadsheet-write", config, items)
    assert isinstance(outcome, Done)
    (item,) = outcome.ports["out"]
    book = openpyxl.load_workbook(io.BytesIO(base64.b64decode(item["file"]["data"])))
    (sheet,) = book.worksheets
    return sheet.title, [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_all_items_become_a_sheet() -> None:
    items = [{"id": 1, "sum": Decimal("0.5"), "ok": True}, {"id": 9007199254740993, "list": [1]}]
    assert cells(items, sheet="Лист") == (
        "Лист",
        [["id", "sum", "ok", "list"], [1, 0.5, True, None], ["9007199254740993", None, None, "[1]"]],
    )


def test_no_cell_becomes_a_formula() -> None:
    _title, rows = cells([{"=a": "=1+1", "b": "\x07+x"}])

    assert rows == [["'=a", "b"], ["'=1+1", "'+x"]]


def test_columns_can_be_chosen() -> None:
    assert cells([{"a": 1, "b": 2}], columns=["b"])[1] == [["b"], [2]]


def test_too_many_cells_are_refused() -> None:
    with pytest.raises(Permanent) as failure:
        run("spreadsheet-write", {"columns": [f"c{number}" for number in range(1000)]}, [{}] * 501)

    assert failure.value.code == "too_large"


def test_faults_are_named() -> None:
    assert set(faults("spreadsheet-write", {"sheet": "a/b", "to": "a[0]"})) == {"sheet", "to"}
