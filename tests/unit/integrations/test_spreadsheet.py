"""S37: a file that a spreadsheet opens must not run anything."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from integrations import spreadsheet

HOSTILE = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://evil.example","click")',
    "=IMPORTXML(1)",
    "+1+1",
    "+SUM(A1)",
    "-1+1",
    "-cmd",
    "--1",
    "@SUM(A1)",
    "@",
    "\t=1+1",
    "\tplain",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "   @SUM(A1)",
    "'=1+1",
    '"=1+1',
    "\" '=1+1",
    "\u00a0=1+1",
    "\ufeff=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    "-1,5,3",
    "+7 999 123-45-67",
    "-",
    "=",
]
HARMLESS: list[tuple[Any, str]] = [
    ("text", "text"),
    ("", ""),
    (None, ""),
    (True, "true"),
    (False, "false"),
    (-5, "-5"),
    (Decimal("-12345678901234567890.10"), "-12345678901234567890.10"),
    ("-5", "-5"),
    ("+5.25", "+5.25"),
    ("-5,25", "-5,25"),
    ("a=b", "a=b"),
    ("mail@example.org", "mail@example.org"),
    ({"a": [1, Decimal("2.50")]}, '{"a":[1,2.50]}'),
    ([], "[]"),
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_cell_that_could_be_a_formula_gets_an_apostrophe(text: str) -> None:
    """S37: the corpus of thirty cells."""
    assert spreadsheet.cell(text) == f"'{text}"


@pytest.mark.parametrize(("value", "text"), HARMLESS)
def test_numbers_and_plain_texts_stay_as_they_are(value: Any, text: str) -> None:
    assert spreadsheet.cell(value) == text


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("x;=1+1", "x;'=1+1"),
        ("x;=1+1;y", "x;'=1+1;y"),
        ("x; '=1+1", "x;' '=1+1"),
        ('x;"=1+1', "x;'\"=1+1"),
        ("x\t@SUM(A1)", "x\t'@SUM(A1)"),
        ("x\r\n=1+1", "x\r\n'=1+1"),
        ("=1;=2", "'=1;'=2"),
        ("x;-5;+7,5", "x;-5;+7,5"),
        ("a;b=c", "a;b=c"),
    ],
)
def test_a_text_that_begins_another_cell_begins_no_formula(text: str, safe: str) -> None:
    """S37: where numbers have a decimal comma, cells end with a semicolon, also inside our quotes."""
    assert spreadsheet.cell(text) == safe


def test_the_corpus_has_thirty_cells() -> None:
    assert len(set(HOSTILE)) == 30


def test_commas_quotes_and_line_ends_stay_inside_their_cell() -> None:
    assert spreadsheet.lines([["a,b", 'say "hi"', "two\nlines"], [1, None, "x"]]) == (
        '"a,b","say ""hi""","two\nlines"\r\n1,,x\r\n'
    )
