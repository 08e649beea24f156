"""The node type `sort`."""

from __future__ import annotations

from tests.nodes.context import faults, run
from workflows.node_type import Done, Item


def test_items_are_put_in_order_and_remember_where_they_came_from() -> None:
    config = {"by": [{"field": "spend", "order": "desc"}, {"field": "name"}]}
    items: list[Item] = [{"spend": 1, "name": "b"}, {"spend": None}, {"spend": "7"}, {"spend": 1, "name": "a"}]

    assert run("sort", config, items) == Done(
        {"out": [{"spend": "7"}, {"spend": 1, "name": "a"}, {"spend": 1, "name": "b"}, {"spend": None}]},
        {"out": [("in", 2), ("in", 3), ("in", 0), ("in", 1)]},
    )


def test_numbers_can_be_compared_as_texts() -> None:
    outcome = run("sort", {"by": [{"field": "n", "as": "text"}]}, [{"n": 9}, {"n": 10}])

    assert isinstance(outcome, Done)
    assert outcome.ports == {"out": [{"n": 10}, {"n": 9}]}


def test_no_items_stay_no_items() -> None:
    assert run("sort", {"by": [{"field": "n"}]}, []) == Done({"out": []}, {"out": []})


def test_faults_are_named_with_their_place() -> None:
    assert set(faults("sort", {"by": []})) == {"by"}
    assert set(faults("sort", {"by": [{"field": "a[", "order": "up", "as": "date"}]})) == {
        "by[0].field",
        "by[0].order",
        "by[0].as",
    }
