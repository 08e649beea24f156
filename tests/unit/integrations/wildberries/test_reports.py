from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from integrations.safe_json import UnsafeJSON, dumps
from integrations.wildberries.json_rows import PIECE, json_rows
from integrations.wildberries.reports import Page, day_batches, earlier, key_of, latest


def row(number: int, second: int, **more: Any) -> dict[str, Any]:
    return {"srid": f"s{number}", "lastChangeDate": f"2026-11-20T10:00:{second:02}", **more}


def read(rows: list[dict[str, Any]], *, size: int, inclusive: bool, exact: bool) -> tuple[list[dict[str, Any]], int]:
    """All rows through pages of `size` from a server that counts the moment itself in, or does not, to the second."""
    since: str | None = "2026-11-20"
    seen: list[str] = []
    found: list[dict[str, Any]] = []
    requests = 0
    while since is not None:
        requests += 1
        since = since if exact else since[:19]
        after = [one for one in rows if one["lastChangeDate"] > since]
        exactly = [one for one in rows if one["lastChangeDate"] == since] if inclusive else []
        page = Page(seen)
        found += page.news((exactly + after)[:size])
        seen, since = page.seen(), page.next_since(since)
    return found, requests


@pytest.mark.parametrize("inclusive", [True, False])
@pytest.mark.parametrize(("size", "exact"), [(3, True), (4, True), (100, True), (5, False), (100, False)])
def test_rows_of_one_second_on_both_sides_of_a_cut_come_once_each(size, exact, inclusive):
    """S3-14: rows with equal timestamps are never skipped."""
    rows = [row(number, second) for number, second in enumerate([1, 1, 2, 3, 3, 4, 5, 5, 9, 10, 10, 30])]
    found, requests = read(rows, size=size, inclusive=inclusive, exact=exact)
    assert found == rows
    assert requests <= len(rows) + 1


def test_a_row_that_changes_between_pages_comes_again_and_the_last_wins():
    first = Page()
    assert list(first.news([row(1, 1), row(2, 2)])) == [row(1, 1), row(2, 2)]
    second = Page(first.seen())
    assert list(second.news([row(1, 1), row(2, 2), row(1, 5, isCancel=True)])) == [row(1, 5, isCancel=True)]
    assert latest([row(1, 1), row(2, 2), row(1, 5, isCancel=True)]) == [row(1, 5, isCancel=True), row(2, 2)]


def test_an_empty_page_ends_the_report():
    page = Page(["x"])
    assert (list(page.news([])), page.next_since("2026-11-20"), page.seen()) == ([], None, [])


def test_a_server_that_gives_the_same_page_whatever_is_asked_is_not_asked_for_ever():
    rows = [row(number, number * 5) for number in range(10)]
    seen: list[str] = []
    since: str | None = "2026-11-20"
    for _page in range(3):
        page = Page(seen)
        list(page.news(rows))
        seen, since = page.seen(), page.next_since(str(since))
    assert since is None


def test_a_sale_and_its_return_are_two_things():
    assert key_of({"srid": "a", "saleID": "S1"}) != key_of({"srid": "a", "saleID": "R1"})


@pytest.mark.parametrize(
    ("moment", "before"),
    [
        ("2026-11-20T00:00:00", "2026-11-19T23:59:59"),
        ("2026-11-20T10:00:00.25", "2026-11-20T09:59:59.250000"),
        ("2026-11-20", "2026-11-19T23:59:59"),
        ("0001-01-01T00:00:00", "0001-01-01T00:00:00"),
        ("soon", "soon"),
    ],
)
def test_a_moment_is_moved_back(moment, before):
    assert earlier(moment, timedelta(seconds=1)) == before


def test_whole_days_are_asked_one_by_one():
    assert day_batches(date(2026, 11, 1), date(2026, 11, 2)) == [{"since": "2026-11-01"}, {"since": "2026-11-02"}]


@pytest.mark.parametrize("text", ["", "null", " [] ", "[\n]"])
def test_no_rows_are_no_rows(text):
    assert list(json_rows(text.encode())) == []


def test_rows_longer_and_shorter_than_a_piece_are_read_whole():
    rows = [{"a": "я" * PIECE, "b": [1, {"c": None}]}, 5, "text]", {"d": "x" * 10}, *range(1000)]
    assert list(json_rows(dumps(rows).encode())) == rows


@pytest.mark.parametrize("text", ["{}", "[1", "[1,", "[1,]", "[1 2]", "[1] 2", "[{]", '["a]', "x"])
def test_what_is_no_array_is_refused_where_it_stops_being_one(text):
    with pytest.raises(UnsafeJSON):
        list(json_rows(text.encode()))


def test_every_row_is_held_to_the_rules_for_hostile_json():
    rows = json_rows(b'[{"a":1},{"a":1,"a":2}]')
    assert next(rows) == {"a": 1}
    with pytest.raises(UnsafeJSON):
        next(rows)
    with pytest.raises(UnsafeJSON):
        list(json_rows(b'["\xff"]'))
