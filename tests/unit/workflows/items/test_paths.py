"""Paths into items."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.workflows.graphs import anything
from workflows.items import paths
from workflows.items.paths import MISSING, BadPath


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("a", ("a",)),
        ("a.b[0].c", ("a", "b", 0, "c")),
        ('a["c d"]?.e', ("a", "c d", "e")),
        ("['it\\'s']", ("it's",)),
        ("[2]", (2,)),
        ("Total spend, ₽", ("Total spend, ₽",)),
        ("my-field", ("my-field",)),
        ("a?.[0]", ("a", 0)),
        (" a . b ", ("a", "b")),
    ],
)
def test_a_path_is_read_as_keys(text: str, keys: tuple[Any, ...]) -> None:
    assert paths.parse(text) == keys


@pytest.mark.parametrize(
    "text", ["", ".", "a.", ".a", "a..b", "a[", "a[x]", "a]", "[0]b", "a['b]", "{{ a }}", " ", "a" * 501]
)
def test_what_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(BadPath):
        paths.parse(text)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("a.b[1]", 2),
        ("a.b[9]", MISSING),
        ("a.b.1", 2),
        ("a.b.length", 2),
        ("text.length", 4),
        ("none", None),
        ("none.x", MISSING),
        ("number.x", MISSING),
        ("a.x", MISSING),
        ("a[0]", "zero"),
    ],
)
def test_a_value_is_found_or_missing(path: str, found: Any) -> None:
    item = {"a": {"b": [1, 2], "0": "zero"}, "text": "four", "none": None, "number": 3}

    assert paths.read(item, paths.parse(path)) == found


@given(st.text(max_size=30), anything)
def test_any_text_is_a_path_or_none_and_reads_anything(text: str, item: Any) -> None:
    try:
        path = paths.parse(text)
    except BadPath:
        return
    paths.read(item, path)


@given(st.lists(st.text(min_size=1, max_size=8) | st.integers(0, 99), min_size=1, max_size=5))
def test_quoted_keys_are_read_back(keys: list[str | int]) -> None:
    written = "".join(
        f"[{key}]" if isinstance(key, int) else '["' + key.replace("\\", "\\\\").replace('"', '\\"') + '"]'
        for key in keys
    )

    assert paths.parse(written) == tuple(keys)
