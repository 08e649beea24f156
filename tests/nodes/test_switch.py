"""The node type `switch`."""

from __future__ import annotations

from typing import Any

from tests.nodes.context import faults, run
from workflows import catalogue
from workflows.node_type import Done
from workflows.nodes.switch import FALLBACK, MAX_RULES

RULES = [
    {"name": "active", "conditions": [{"field": "status", "op": "eq", "value": 9}]},
    {"conditions": [{"field": "spend", "op": "gt", "value": 100}, {"field": "vip", "op": "exists"}], "combine": "any"},
]


def test_every_item_leaves_by_the_first_rule_that_fits() -> None:
    items: list[Any] = [{"status": 9, "vip": True}, {"spend": 101}, {"status": 11}, {"status": 9}]

    assert run("switch", {"rules": RULES}, items) == Done(
        {"case_1": [items[0], items[3]], "case_2": [items[1]], "fallback": [items[2]]},
        {"case_1": [("in", 0), ("in", 3)], "case_2": [("in", 1)], "fallback": [("in", 2)]},
    )


def test_an_item_can_leave_by_every_rule_that_fits() -> None:
    item = {"status": 9, "vip": True}

    assert run("switch", {"rules": RULES, "mode": "all"}, [item]) == Done(
        {"case_1": [item], "case_2": [item]}, {"case_1": [("in", 0)], "case_2": [("in", 0)]}
    )


def test_a_port_without_items_does_not_fire() -> None:
    assert run("switch", {"rules": RULES}, []) == Done({})


def test_a_rule_may_compare_with_the_item_itself() -> None:
    config = {"rules": [{"conditions": [{"field": "spent", "op": "gt", "value": "{{ $json.limit }}"}]}]}

    outcome = run("switch", config, [{"spent": 5, "limit": 3}, {"spent": 5, "limit": 9}])

    assert isinstance(outcome, Done)
    assert outcome.ports == {"case_1": [{"spent": 5, "limit": 3}], "fallback": [{"spent": 5, "limit": 9}]}


def test_there_is_a_way_out_for_every_rule() -> None:
    ports = [port.name for port in catalogue.get("switch").outputs]

    assert ports == [*(f"case_{number}" for number in range(1, MAX_RULES + 1)), FALLBACK]


def test_faults_are_named_with_their_place() -> None:
    assert set(faults("switch", {"rules": []})) == {"config"}
    assert set(faults("switch", {"rules": RULES * 6})) == {"rules"}
    assert set(faults("switch", {"rules": [{"conditions": [{"field": "a", "op": "like"}]}], "mode": "any"})) == {
        "rules[0].conditions[0].op",
        "mode",
    }
