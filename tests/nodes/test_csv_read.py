"""The node type `csv-read`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.nodes.context import faults, run
from workflows.items import files
from workflows.items.files import file
from workflows.node_type import Done, Permanent


def out(value: Any, **config: Any) -> Any:
    outcome = run("csv-read", {"field": "csv", **config}, [{"csv": value}])
    assert isinstance(outcome, Done)
    return outcome.ports["out"]


def test_every_row_becomes_an_item() -> None:
    """S0-14: CSV reading."""
    assert out('id,name\r\n1,"a, b"\r\n\r\n2,"c ""d""\ne"\r\n') == [
        {"id": "1", "name": "a, b"},
        {"id": "2", "name": 'c "d"\ne'},
    ]


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(sign: str) -> None:
    assert out(f"id{sign}name\n1{sign}a") == [{"id": "1", "name": "a"}]


def test_names_that_are_missing_or_repeat_are_made_up() -> None:
    assert out("a,a,,a\n1,2,3,4,5\n6") == [
        {"a": "1", "a_2": "2", "column3": "3", "a_3": "4", "column5": "5"},
        {"a": "6"},
    ]
    assert out("1,2", header=False) == [{"column1": "1", "column2": "2"}]


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("имя\nАнна".encode(), "auto"),
        ("имя\nАнна".encode("utf-8-sig"), "auto"),
        ("имя\nАнна".encode("utf-16"), "auto"),
        ("имя\nАнна".encode("cp1251"), "auto"),
        ("имя\nАнна".encode("cp1251"), "cp1251"),
    ],
)
def test_files_are_read_in_their_encoding(data: bytes, encoding: str) -> None:
    assert out(file("a.csv", "text/csv", data), encoding=encoding) == [{"имя": "Анна"}]


def test_rows_come_from_their_items() -> None:
    outcome = run("csv-read", {"field": "csv"}, [{"csv": "a\n1"}, {}, {"csv": "a\n2\n3"}])

    assert outcome == Done({"out": [{"a": "1"}, {"a": "2"}, {"a": "3"}]}, {"out": [("in", 0), ("in", 2), ("in", 2)]})


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ('a\n"b', "unreadable"),
        ({"name": "x"}, "not_a_file"),
        (5, "not_a_file"),
        ({"data": "Я"}, "not_a_file"),
        ("x" * (files.MAX_BYTES + 1), "too_large"),
        ("a," * 1001, "unreadable"),
        ("a\n" * 200_002, "too_many_items"),
    ],
)
def test_what_cannot_be_read_is_told(value: Any, code: str) -> None:
    with pytest.raises(Permanent) as failure:
        out(value)

    assert (failure.value.code, failure.value.details["item"]) == (code, 0)


def test_a_wrong_encoding_is_told() -> None:
    with pytest.raises(Permanent):
        out(file("a.csv", "text/csv", "имя".encode("cp1251")), encoding="utf-8")


def test_faults_are_named() -> None:
    assert set(faults("csv-read", {"delimiter": ";;", "quote": "", "encoding": "koi8"})) == {
        "field",
        "delimiter",
        "quote",
        "encoding",
    }
