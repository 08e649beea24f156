"""Sorting items by their fields."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.workflows.graphs import anything
from workflows.items import paths
from workflows.items.ordering import SortKey, order


def by(values: list[Any], direction: Any = "asc", kind: Any = "auto") -> list[Any]:
    items = [{"v": value} for value in values]
    return [items[index]["v"] for index in order(items, [SortKey(paths.parse("v"), direction, kind)])]


def test_numbers_are_ordered_by_size_also_those_in_text() -> None:
    assert by([10, "9", Decimal("9.5"), 2]) == [2, "9", Decimal("9.5"), 10]


def test_kinds_stand_one_after_the_other() -> None:
    assert by([True, "b", 3, False, "a"]) == [3, "a", "b", False, True]


def test_what_has_no_order_stands_at_the_end_in_both_directions() -> None:
    assert by([None, 2, "", [1], 1]) == [1, 2, None, "", [1]]
    assert by([None, 2, "", [1], 1], "desc") == [2, 1, None, "", [1]]


def test_the_kind_may_be_told() -> None:
    assert by([10, 9, "1"], kind="text") == ["1", 10, 9]
    assert by(["x", 2, "1"], kind="number") == ["1", 2, "x"]


def test_equal_items_keep_their_order_in_both_directions() -> None:
    items = [{"a": 1, "n": 0}, {"a": 1, "n": 1}, {"a": 0, "n": 2}]

    assert order(items, [SortKey(("a",))]) == [2, 0, 1]
    assert order(items, [SortKey(("a",), "desc")]) == [0, 1, 2]


def test_the_first_field_weighs_most() -> None:
    items = [{"a": 1, "b": 1}, {"a": 0, "b": 1}, {"a": 1, "b": 2}]

    assert order(items, [SortKey(("a",)), SortKey(("b",), "desc")]) == [1, 2, 0]


def test_items_without_a_place_can_be_left_out() -> None:
    assert order([{"a": 2}, {}, {"a": 1}], [SortKey(("a",))], leave_out_empty=True) == [2, 0]


@given(st.lists(anything))
def test_everything_can_be_sorted_and_nothing_is_lost(values: list[Any]) -> None:
    assert sorted(order([{"v": value} for value in values], [SortKey(("v",))])) == list(range(len(values)))
