"""Changed copies of items."""

from __future__ import annotations

import pytest

from workflows.items.editing import Unwritable, picked, renamed, with_value, without
from workflows.items.paths import parse


def test_a_value_is_put_where_objects_are_missing_or_null() -> None:
    assert with_value({}, parse("a.b"), 1) == {"a": {"b": 1}}
    assert with_value({"a": None, "c": 2}, parse("a.b"), 1) == {"a": {"b": 1}, "c": 2}


def test_the_original_stays_as_it_is() -> None:
    item = {"a": {"b": 1, "list": [{"x": 1}, 2]}}

    assert with_value(item, parse("a.b"), 2)["a"]["b"] == 2
    assert without(item, parse("a.list[0].x")) == {"a": {"b": 1, "list": [{}, 2]}}
    assert renamed(item, parse("a.b"), parse("c")) == {"a": {"list": [{"x": 1}, 2]}, "c": 1}
    assert item == {"a": {"b": 1, "list": [{"x": 1}, 2]}}


def test_nothing_is_put_into_a_number() -> None:
    with pytest.raises(Unwritable):
        with_value({"a": 5}, parse("a.b"), 1)


def test_what_is_not_there_cannot_be_taken_away() -> None:
    item = {"a": [1], "b": {"c": 1}, "t": "text"}

    for path in ("x", "a[1]", "a.x", "b.x", "b.c.d", "t.length", "a.length"):
        assert without(item, parse(path)) == item


def test_an_element_is_taken_out_of_its_list() -> None:
    assert without({"a": [1, 2, 3]}, parse("a[1]")) == {"a": [1, 3]}


def test_picked_fields_stay_where_they_were() -> None:
    item = {"a": {"b": 1, "c": 2}, "d": None, "e": 3}

    assert picked(item, [parse("d"), parse("a.c"), parse("x")]) == {"d": None, "a": {"c": 2}}


def test_a_renamed_field_keeps_its_place_and_wins_over_its_namesake() -> None:
    assert list(renamed({"a": 1, "b": 2, "c": 3}, parse("a"), parse("c")).items()) == [("c", 1), ("b", 2)]
    assert renamed({"a": 1}, parse("x"), parse("c")) == {"a": 1}
    assert renamed({"a": 1}, parse("a"), parse("a")) == {"a": 1}
