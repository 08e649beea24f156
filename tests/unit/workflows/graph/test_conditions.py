"""Structured conditions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.unit.workflows.graphs import anything
from workflows.graph.conditions import Condition, Operator, holds, matches

ITEM: dict[str, Any] = {
    "n": 5,
    "price": Decimal("10.50"),
    "text": "abc",
    "digits": "42",
    "date": "2026-03-01",
    "none": None,
    "blank": "",
    "no": False,
    "tags": ["red", 7],
    "empty_list": [],
    "inner": {"key": 1},
}


def condition(field: str, op: str, *value: Any) -> Condition:
    return Condition.model_validate({"field": field, "op": op, **({"value": value[0]} if value else {})})


@pytest.mark.parametrize(
    ("field", "op", "value", "answer"),
    [
        ("n", "eq", 5, True),
        ("n", "eq", Decimal("5.0"), True),
        ("n", "eq", "5", True),
        ("digits", "eq", 42, True),
        ("digits", "eq", "42.0", False),
        ("no", "eq", 0, False),
        ("no", "eq", False, True),
        ("none", "eq", None, True),
        ("missing", "eq", None, False),
        ("missing", "ne", 1, True),
        ("inner", "eq", {"key": 1}, True),
        ("n", "ne", 5, False),
        ("n", "gt", 4, True),
        ("n", "gte", 5, True),
        ("n", "lt", 5, False),
        ("n", "lte", "5", True),
        ("price", "gt", "10.49", True),
        ("digits", "gt", "9", True),
        ("date", "gt", "2026-02-28", True),
        ("date", "gt", 5, False),
        ("none", "lt", 5, False),
        ("missing", "lt", 5, False),
        ("blank", "lt", "a", False),
        ("no", "lt", 1, False),
        ("tags", "gt", 1, False),
        ("n", "in", [1, 5], True),
        ("n", "in", [], False),
        ("text", "in", ["abc"], True),
        ("text", "contains", "b", True),
        ("text", "contains", 1, False),
        ("tags", "contains", "red", True),
        ("tags", "contains", 7, True),
        ("inner", "contains", "key", True),
        ("none", "contains", "x", False),
        ("inner.key", "eq", 1, True),
        ("tags[1]", "eq", 7, True),
        ("tags.length", "eq", 2, True),
    ],
)
def test_a_comparison_follows_the_rules(field: str, op: str, value: Any, answer: bool) -> None:
    assert holds(ITEM, condition(field, op, value)) is answer


@pytest.mark.parametrize(
    ("field", "exists", "empty"),
    [
        ("none", True, True),
        ("missing", False, True),
        ("blank", True, True),
        ("empty_list", True, True),
        ("no", True, False),
        ("n", True, False),
    ],
)
def test_missing_is_not_null(field: str, exists: bool, empty: bool) -> None:
    assert holds(ITEM, condition(field, "exists")) is exists
    assert holds(ITEM, condition(field, "exists", False)) is not exists
    assert holds(ITEM, condition(field, "empty")) is empty
    assert holds(ITEM, condition(field, "empty", False)) is not empty


def test_conditions_are_joined() -> None:
    both = [condition("n", "eq", 5), condition("text", "eq", "x")]

    assert not matches(ITEM, both, "all")
    assert matches(ITEM, both, "any")


@pytest.mark.parametrize(
    "raw",
    [
        {"field": "a", "op": "eq"},
        {"field": "a", "op": "like", "value": 1},
        {"field": "", "op": "exists"},
        {"field": "a[", "op": "exists"},
        {"field": "a", "op": "in", "value": "abc"},
        {"field": "a", "op": "exists", "value": 3},
        {"field": "a", "op": "eq", "value": 1, "case": "ignore"},
    ],
)
def test_a_condition_that_means_nothing_is_refused(raw: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Condition.model_validate(raw)


@given(st.sampled_from(get_args(Operator)), anything, anything)
def test_any_values_can_be_compared(op: str, found: Any, value: Any) -> None:
    try:
        asked = condition("field", op, value)
    except ValidationError:
        return

    assert holds({"field": found}, asked) in (True, False)
