"""What is planned without reading the counters of joins."""

from __future__ import annotations

import pytest

from executions.book import ClosedBook, NeedsLock
from executions.engine import planner
from executions.engine.planner import Resolution
from tests.unit.executions.graphs import graph

JOIN = [("a", "join"), ("b", "join")]


def resolved(book: ClosedBook, drawn, *fired: str) -> Resolution:
    return planner.resolve(drawn, ("a", ()), fired, book=book)


def test_what_arrives_alive_at_a_join_is_added_without_reading_it():
    drawn = graph(JOIN)
    book = ClosedBook(drawn)
    resolution = resolved(book, drawn, "out")
    assert book.joins(resolution.counters) == {("join", ())}
    assert not resolution.ready


def test_a_dead_edge_into_a_join_needs_the_lock_for_the_join_may_be_skipped():
    drawn = graph(JOIN)
    book = ClosedBook(drawn)
    resolution = resolved(book, drawn)
    with pytest.raises(NeedsLock):
        book.joins(resolution.counters)


@pytest.mark.parametrize("join", ["any", "all_live"])
def test_other_joins_need_the_lock(join: str):
    drawn = graph(JOIN, join={"join": join})
    with pytest.raises(NeedsLock):
        resolved(ClosedBook(drawn), drawn, "out")
