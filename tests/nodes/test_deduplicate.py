"""The node type `deduplicate`."""

from __future__ import annotations

from decimal import Decimal

from tests.nodes.context import StandaloneContext, faults, run
from workflows import catalogue
from workflows.node_type import Done, Item


def test_the_first_of_equals_is_kept() -> None:
    items: list[Item] = [{"id": 1, "n": "a"}, {"id": 2}, {"id": Decimal("1.0"), "n": "b"}, {"id": "1"}]

    assert run("deduplicate", {"by": "id"}, items) == Done(
        {"out": [{"id": 1, "n": "a"}, {"id": 2}, {"id": "1"}]}, {"out": [("in", 0), ("in", 1), ("in", 3)]}
    )


def test_the_last_of_equals_can_be_kept() -> None:
    items: list[Item] = [{"id": 1, "n": "a"}, {"id": 2}, {"id": 1, "n": "b"}]

    assert run("deduplicate", {"by": ["id"], "keep": "last"}, items) == Done(
        {"out": [{"id": 2}, {"id": 1, "n": "b"}]}, {"out": [("in", 1), ("in", 2)]}
    )


def test_without_fields_whole_items_are_compared() -> None:
    outcome = run("deduplicate", {}, [{"a": 1, "b": [2]}, {"b": [2], "a": 1}, {"a": 1}])

    assert isinstance(outcome, Done)
    assert outcome.ports == {"out": [{"a": 1, "b": [2]}, {"a": 1}]}


def test_a_missing_field_is_not_null() -> None:
    outcome = run("deduplicate", {"by": "id"}, [{"id": None}, {}, {"id": None}])

    assert isinstance(outcome, Done)
    assert outcome.ports == {"out": [{"id": None}, {}]}


def test_the_log_says_how_many_were_left_out() -> None:
    context = StandaloneContext(catalogue.get("deduplicate"), {"by": "id"}, [{"id": 1}, {"id": 1}, {"id": 2}])

    catalogue.get("deduplicate").run(context)

    assert context.log.texts("info") == ["Оставлено элементов: 2, убрано повторов: 1"]


def test_faults_are_named() -> None:
    assert set(faults("deduplicate", {"by": "a[", "keep": "best"})) == {"by", "keep"}
