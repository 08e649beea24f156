"""Numbers, sameness and text."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from tests.unit.workflows.graphs import anything
from workflows.items.coercion import as_number, as_text, identity, rounded


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (5, 5),
        (Decimal("1.10"), Decimal("1.10")),
        (0.1, Decimal("0.1")),
        ("12.50", Decimal("12.50")),
        (" -3 ", Decimal(-3)),
        ("1e3", Decimal(1000)),
        (".5", Decimal("0.5")),
        (True, None),
        (None, None),
        ("", None),
        ("12,5", None),
        ("1_000", None),
        ("NaN", None),
        ("Infinity", None),
        (float("nan"), None),
        (float("inf"), None),
        (Decimal("NaN"), None),
        ("1e999999", None),
        ("٣", None),
        ([1], None),
        ({}, None),
    ],
)
def test_numbers_are_told_from_the_rest(value: Any, number: Any) -> None:
    assert as_number(value) == number
    assert (as_number(value) is None) is (number is None)


def test_values_are_the_same_only_within_a_kind() -> None:
    assert identity(1) == identity(1.0) == identity(Decimal("1.00"))
    assert len({identity(1), identity("1"), identity(True), identity(None), identity([1]), identity({"a": 1})}) == 6
    assert identity({"a": 1, "b": [2]}) == identity({"b": [2.0], "a": Decimal(1)})


def test_halves_are_rounded_away_from_zero() -> None:
    assert str(rounded(Decimal("2.345"), 2)) == "2.35"
    assert str(rounded(Decimal("-2.345"), 2)) == "-2.35"
    assert str(rounded(7, 2)) == "7.00"
    assert rounded(Decimal("1e290"), 2) == Decimal("1e290")


@given(anything)
def test_anything_has_an_identity_and_a_text(value: Any) -> None:
    assert identity(value) == identity(value)
    assert isinstance(as_text(value), str)
    as_number(value)
