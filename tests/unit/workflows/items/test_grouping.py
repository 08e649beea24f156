"""Grouping and aggregating."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.workflows.graphs import anything
from workflows.items import paths
from workflows.items.grouping import Aggregation, Grouped, Operation, group


def grouped(items: list[Any], by: list[str], **columns: str) -> Grouped:
    """Columns as `name="operation field"`."""
    aggregations = []
    for name, said in columns.items():
        operation, _space, field = said.partition(" ")
        aggregations.append(Aggregation(name, operation, paths.parse(field) if field else None))  # type: ignore[arg-type]
    return group(items, [(field, paths.parse(field)) for field in by], aggregations)


def one(values: list[Any], operation: str) -> Any:
    (row,) = grouped([{"v": value} for value in values], [], r=f"{operation} v").rows
    return row["r"]


def test_groups_come_in_order_of_first_appearance() -> None:
    found = grouped([{"k": "b"}, {"k": "a"}, {"k": "b"}], ["k"], n="count")

    assert found.rows == [{"k": "b", "n": 2}, {"k": "a", "n": 1}]
    assert found.firsts == [0, 1]


def test_keys_keep_their_type() -> None:
    found = grouped([{"k": 1}, {"k": "1"}, {"k": True}, {"k": None}, {}, {"k": Decimal("1.0")}], ["k"], n="count")

    assert found.rows == [
        {"k": 1, "n": 2},
        {"k": "1", "n": 1},
        {"k": True, "n": 1},
        {"k": None, "n": 1},
        {"n": 1},
    ]


def test_money_is_added_exactly() -> None:
    assert one([Decimal("0.10")] * 3, "sum") == Decimal("0.30")
    assert str(one([Decimal("12345678901234567890.10"), Decimal("0.01")], "sum")) == "12345678901234567890.11"
    assert one([2**62, 2**62], "sum") == 2**63


@pytest.mark.parametrize(
    ("operation", "values", "result"),
    [
        ("sum", [], None),
        ("sum", [None, "", "x", True], None),
        ("sum", [1, "2", None], 3),
        ("avg", [1, 2], Decimal("1.5")),
        ("avg", [1, 2, 3], 2),
        ("avg", [1, 1, 2], Decimal("1.333333")),
        ("avg", [None], None),
        ("min", [3, "2", None], Decimal(2)),
        ("max", ["b", "a"], "b"),
        ("max", ["z", 1], 1),
        ("min", [], None),
        ("count", [1, None, "x", 0], 3),
        ("countDistinct", [1, 1.0, "1", None, [1], [1]], 3),
        ("first", [None, 1], None),
        ("last", [1, {"a": 2}], {"a": 2}),
    ],
)
def test_an_operation_follows_the_rules(operation: str, values: list[Any], result: Any) -> None:
    found = one(values, operation) if values else grouped([{}], [], r=f"{operation} v").rows[0]["r"]

    assert found == result
    assert (found is None) is (result is None)


def test_coerced_and_skipped_values_are_counted() -> None:
    found = grouped([{"v": "1"}, {"v": "2"}, {"v": "x"}, {}], [], total="sum v", n="count v")

    assert found.coerced == {"total": 2}
    assert found.skipped == {"total": 2, "n": 1}


def test_results_are_rounded_when_asked() -> None:
    column = Aggregation("r", "avg", paths.parse("v"), decimals=2)

    assert str(group([{"v": 1}, {"v": 2}, {"v": 2}], [], [column]).rows[0]["r"]) == "1.67"


def test_no_items_give_no_groups() -> None:
    assert grouped([], [], n="count").rows == []


@given(
    st.lists(st.dictionaries(st.sampled_from(["k", "v"]), anything, max_size=2), max_size=8),
    st.sampled_from(get_args(Operation)),
)
def test_any_items_are_grouped_whole(items: list[Any], operation: str) -> None:
    found = grouped(items, ["k"], n="count", r=f"{operation} v")

    assert sum(row["n"] for row in found.rows) == len(items)


@given(
    st.lists(
        st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=2), min_size=1
    )
)
def test_the_order_of_items_changes_no_sum(values: list[Decimal]) -> None:
    assert one(values, "sum") == one(list(reversed(values)), "sum") == sum(values)
