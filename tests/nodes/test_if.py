"""The node type `if`."""

from __future__ import annotations

from tests.nodes.context import faults, run
from workflows.node_type import Done

LARGE = {"conditions": [{"field": "n", "op": "gt", "value": 5}]}


def test_items_are_split_and_remember_where_they_came_from() -> None:
    assert run("if", LARGE, [{"n": 1}, {"n": 9}, {"n": "7"}]) == Done(
        {"false": [{"n": 1}], "true": [{"n": 9}, {"n": "7"}]},
        {"false": [("in", 0)], "true": [("in", 1), ("in", 2)]},
    )


def test_a_port_without_items_does_not_fire() -> None:
    assert run("if", LARGE, [{"n": 9}]) == Done({"true": [{"n": 9}]}, {"true": [("in", 0)]})
    assert run("if", LARGE, []) == Done({})


def test_a_value_may_come_from_the_item() -> None:
    config = {"conditions": [{"field": "spent", "op": "gt", "value": "{{ $json.limit }}"}]}

    outcome = run("if", config, [{"spent": 5, "limit": 3}, {"spent": 5, "limit": 9}])

    assert isinstance(outcome, Done)
    assert outcome.ports == {"true": [{"spent": 5, "limit": 3}], "false": [{"spent": 5, "limit": 9}]}


def test_any_of_the_conditions_may_be_enough() -> None:
    config = {
        "conditions": [{"field": "a", "op": "exists"}, {"field": "b", "op": "exists"}],
        "combine": "any",
    }

    outcome = run("if", config, [{"b": None}, {}])

    assert isinstance(outcome, Done)
    assert outcome.ports == {"true": [{"b": None}], "false": [{}]}


def test_faults_are_named_with_their_place() -> None:
    assert set(faults("if", {})) == {"config"}
    assert set(faults("if", {"conditions": []})) == {"config"}
    assert set(faults("if", {"conditions": [{"field": "a", "op": "like"}], "combine": "none"})) == {
        "conditions[0].op",
        "combine",
    }
    assert set(faults("if", {"conditions": [{"field": "a", "op": "eq"}]})) == {"conditions[0]"}


def test_a_list_may_come_from_a_template() -> None:
    assert faults("if", {"conditions": [{"field": "a", "op": "in", "value": "{{ $json.options }}"}]}) == {}
