"""Casting values to types."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from workflows.items.casting import UNCASTABLE, Target, cast
from workflows.items.paths import MISSING


@pytest.mark.parametrize(
    ("value", "to", "expected"),
    [
        (5, "string", "5"),
        (Decimal("1.50"), "string", "1.50"),
        ({"a": [1]}, "string", '{"a":[1]}'),
        ("", "string", ""),
        (" 1.50 ", "number", Decimal("1.50")),
        (3, "number", 3),
        ("7", "integer", 7),
        (Decimal("7.0"), "integer", 7),
        ("TRUE", "boolean", True),
        (0, "boolean", False),
        (Decimal("1.0"), "boolean", True),
        (False, "boolean", False),
        ("2026-03-01T23:30:00Z", "date", "2026-03-01"),
        ("2026-03-01", "date", "2026-03-01"),
        ("2026-03-01 09:00", "datetime", "2026-03-01T09:00:00"),
        ("2026-03-01T09:00:00Z", "datetime", "2026-03-01T09:00:00+00:00"),
    ],
)
def test_what_can_be_read_is_cast(value: Any, to: Target, expected: Any) -> None:
    found = cast(value, to)

    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("value", "to"),
    [
        ("12 rub", "number"),
        (True, "number"),
        ([], "number"),
        (Decimal("NaN"), "number"),
        ("1.5", "integer"),
        (2**63, "integer"),
        (2, "boolean"),
        ("maybe", "boolean"),
        ([], "boolean"),
        ("01.03.2026", "date"),
        (20260301, "date"),
        ("soon", "datetime"),
        (5, "datetime"),
    ],
)
def test_nothing_is_guessed(value: Any, to: Target) -> None:
    assert cast(value, to) is UNCASTABLE


def test_null_missing_and_empty_stay_without_a_value() -> None:
    assert cast(None, "string") is None
    assert cast(MISSING, "number") is MISSING
    assert cast("", "number") is None
