"""docs/requirements.md: no requirement without a test, and no test that is not there."""

from __future__ import annotations

import re

import pytest

from devtools.requirements import DOCUMENT, ROW, TESTS, numbers, shown

KNOWN = shown(TESTS)
ROWS = {row["number"]: re.findall(r"`([^`]+)`", row["shown"]) for row in ROW.finditer(DOCUMENT.read_text())}


def test_every_requirement_names_a_test() -> None:
    assert [number for number, tests in ROWS.items() if not tests] == []


@pytest.mark.parametrize("number", ROWS)
def test_the_tests_that_are_named_are_there_and_say_so(number: str) -> None:
    assert [test for test in ROWS[number] if test not in KNOWN.get(number, ())] == []


def test_every_number_that_a_test_names_is_a_requirement() -> None:
    assert sorted(set(KNOWN) - set(ROWS)) == []


@pytest.mark.parametrize(
    ("docstring", "named"),
    [
        ("S3-5: a start. X-1.", {"S3-5", "X-1"}),
        ("Part 2, row 5 and part 3, 9: waiting.", {"R2-5", "R3-9"}),
        ("R2: pause against complete, S31.", set()),
    ],
)
def test_numbers_are_read_in_both_notations(docstring: str, named: set[str]) -> None:
    assert numbers(docstring) == named
