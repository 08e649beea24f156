"""Which items of two lists belong together."""

from __future__ import annotations

from typing import Any

import pytest

from workflows.items.joining import How, TooManyPairs, by_key, by_position

FIRST = [{"id": 1}, {"id": 2}, {"id": None}, {}]
SECOND = [{"no": 2}, {"no": 2}, {"no": 3}, {"no": None}, {"no": "1"}]


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("inner", [(0, 0)]),
        ("left", [(0, 0), (1, None)]),
        ("outer", [(0, 0), (1, None)]),
    ],
)
def test_places_belong_together(how: How, expected: Any) -> None:
    assert by_position(2, 1, how=how) == expected


def test_a_longer_second_list_is_kept_only_by_outer() -> None:
    assert by_position(0, 1, how="left") == []
    assert by_position(0, 1, how="outer") == [(None, 0)]


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("inner", [(1, 0), (1, 1)]),
        ("left", [(0, None), (1, 0), (1, 1), (2, None), (3, None)]),
        ("outer", [(0, None), (1, 0), (1, 1), (2, None), (3, None), (None, 2), (None, 3), (None, 4)]),
    ],
)
def test_equal_keys_belong_together_and_null_to_nobody(how: How, expected: Any) -> None:
    assert by_key(FIRST, SECOND, keys=[(("id",), ("no",))], how=how, limit=100) == expected


def test_several_fields_make_one_key() -> None:
    keys = [(("a",), ("a",)), (("b",), ("b",))]

    assert by_key([{"a": 1, "b": 2}], [{"a": 1, "b": 3}, {"a": 1, "b": 2}], keys=keys, how="inner", limit=9) == [(0, 1)]


def test_too_many_pairs_are_refused_before_they_are_made() -> None:
    with pytest.raises(TooManyPairs):
        by_key([{"a": 1}] * 50, [{"a": 1}] * 50, keys=[(("a",), ("a",))], how="inner", limit=1000)
