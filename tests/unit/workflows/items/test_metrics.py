"""Quotients of sums, shares and changes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.items.metrics import FORMULAS, before, change, figure_at, quotient, shares
from workflows.items.ordering import SortKey

SPEND = figure_at(("spend",))


@pytest.mark.parametrize(
    ("dividend", "divisor", "expected"),
    [
        (1, 9, Decimal("11.11")),
        (Decimal("0.125"), 100, Decimal("0.13")),
        (0, 9, Decimal("0.00")),
        (-1, 8, Decimal("-12.50")),
        (1, 0, None),
        (1, Decimal("0.00"), None),
        (1, None, None),
        (None, 9, None),
        (None, 0, None),
    ],
)
def test_a_quotient_is_null_where_it_cannot_be_told(dividend: Any, divisor: Any, expected: Any) -> None:
    """S3-15: division by zero is null, never an error, and halves are rounded away from zero."""
    assert quotient(dividend, divisor, factor=100, decimals=2) == expected


def test_a_quotient_is_not_rounded_twice() -> None:
    assert quotient(2 * 10**119 - 1, 4 * 10**119, decimals=0) == 0


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**15), st.integers(0, 8))
def test_a_quotient_is_as_near_as_its_places_allow(dividend: int, divisor: int, decimals: int) -> None:
    found = quotient(dividend, divisor, decimals=decimals)

    assert found is not None
    scale = 10**decimals
    assert abs(int(found * scale) * divisor - dividend * scale) * 2 <= divisor


def test_acos_is_what_sellers_call_drr() -> None:
    assert FORMULAS["acos"] == FORMULAS["drr"]


def test_shares_are_of_the_total_and_leave_out_what_is_no_number() -> None:
    rows: list[dict[str, Any]] = [{"spend": 1}, {"spend": "3"}, {"spend": None}, {}]

    assert shares(rows, SPEND, decimals=1) == [Decimal("25.0"), Decimal("75.0"), None, None]


def test_there_are_no_shares_of_nothing() -> None:
    assert shares([{"spend": 0}], SPEND, decimals=1) == [None]


@pytest.mark.parametrize(
    ("now", "past", "kind", "expected"),
    [
        (150, 100, "percent", Decimal("50.0")),
        (50, -100, "percent", Decimal("150.0")),
        (5, 0, "percent", None),
        (5, 0, "difference", Decimal("5.0")),
        (5, None, "difference", None),
        (None, 5, "percent", None),
    ],
)
def test_a_change_is_told_against_the_past(now: Any, past: Any, kind: Any, expected: Any) -> None:
    assert change(now, past, kind=kind, decimals=1) == expected


def test_the_row_before_is_the_earlier_one_of_the_same_kind() -> None:
    rows: list[dict[str, Any]] = [
        {"id": 1, "day": "2026-01-02", "spend": 20},
        {"id": 2, "day": "2026-01-01", "spend": 7},
        {"id": 1, "day": "2026-01-01", "spend": 10},
        {"id": 1, "day": None, "spend": 99},
        {"id": 1, "day": "2026-01-03", "spend": 40},
    ]

    assert before(rows, SPEND, along=SortKey(("day",)), within=lambda row: row["id"]) == [10, None, None, None, 20]
