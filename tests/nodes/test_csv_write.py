"""The node type `csv-write`."""

from __future__ import annotations

import base64
from decimal import Decimal
from typing import Any

from tests.nodes.context import faults, run
from workflows.node_type import Done

ITEMS = [{"id": 1, "sum": Decimal("0.10")}, {"id": 2, "note": "a,b\n", "ok": True, "none": None}]


def out(items: list[Any], **config: Any) -> Any:
    outcome = run("csv-write", config, items)
    assert isinstance(outcome, Done)
    (item,) = outcome.ports["out"]
    return item


def test_all_items_become_one_table() -> None:
    assert out(ITEMS)["csv"] == 'id,sum,note,ok,none\r\n1,0.10,,,\r\n2,,"a,b\n",true,\r\n'


def test_columns_delimiter_header_and_place_can_be_chosen() -> None:
    assert out(ITEMS, columns=["id", "x"], delimiter=";", header=False, to="a.b") == {"a": {"b": "1;\r\n2;\r\n"}}


def test_a_file_has_its_encoding() -> None:
    written = out([{"имя": "Анна ☺"}], **{"as": "file", "encoding": "cp1251", "name": "x.csv"})["csv"]

    assert (written["name"], written["mime"]) == ("x.csv", "text/csv")
    assert base64.b64decode(written["data"]).decode("cp1251") == "имя\r\nАнна ?\r\n"
    assert base64.b64decode(out([{"a": 1}], **{"as": "file", "bom": True})["csv"]["data"])[:3] == b"\xef\xbb\xbf"


def test_no_cell_becomes_a_formula() -> None:
    assert out([{"=a": '=cmd|"/c calc"!A1', "n": "-5"}])["csv"] == '\'=a,n\r\n"\'=cmd|""/c calc""!A1",-5\r\n'


def test_no_items_are_an_empty_table() -> None:
    assert out([]) == {"csv": "\r\n"}
    assert out([], columns=["a"]) == {"csv": "a\r\n"}


def test_faults_are_named() -> None:
    assert set(faults("csv-write", {"delimiter": "", "as": "pdf", "encoding": "koi8"})) == {
        "delimiter",
        "as",
        "encoding",
    }
    assert faults("csv-write", {"bom": True, "encoding": "cp1251"})
