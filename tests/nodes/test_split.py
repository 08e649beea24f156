"""The node type `split`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.nodes.context import StandaloneContext, faults, run
from workflows import catalogue
from workflows.node_type import Done, Item
from workflows.nodes.split import MAX_BRANCHES

HALVES = [{"name": "A", "share": 50}, {"share": 50}]
ITEMS: list[Item] = [{"n": number} for number in range(200)]


def ports(config: dict[str, Any], items: list[Item] = ITEMS) -> Any:
    outcome = run("split", config, items)
    assert isinstance(outcome, Done)
    return outcome.ports


def test_items_are_divided_by_their_shares() -> None:
    """S1-6: weighted branches."""
    found = ports({"branches": [{"share": 90}, {"share": Decimal("10.0")}], "seed": "test"})

    assert len(found["branch_1"]) + len(found["branch_2"]) == 200
    assert 160 < len(found["branch_1"]) < 199


def test_with_a_seed_every_run_divides_in_the_same_way() -> None:
    """S1-6: seedable for tests."""
    config = {"branches": HALVES, "seed": "test"}

    assert ports(config) == ports(config)
    assert ports(config) != ports({**config, "seed": "another"})


def test_a_step_that_is_tried_again_divides_as_before_and_another_one_does_not() -> None:
    node_type = catalogue.get("split")
    context = StandaloneContext(node_type, {"branches": HALVES}, ITEMS)
    again = StandaloneContext(node_type, {"branches": HALVES}, ITEMS, tries=1)
    again.idempotency_key = context.idempotency_key

    assert node_type.run(again) == node_type.run(context)
    assert ports({"branches": HALVES}) != ports({"branches": HALVES})


def test_equal_values_of_a_field_stay_together() -> None:
    items: list[Item] = [{"id": number % 20} for number in range(100)]
    items.append({"id": "7"})

    found = ports({"branches": HALVES, "by": "id"}, items)

    first, second = ({str(item["id"]) for item in found[port]} for port in ("branch_1", "branch_2"))
    assert not first & second


def test_items_without_the_field_are_divided_one_by_one() -> None:
    assert set(ports({"branches": HALVES, "by": "id", "seed": "s"}, [{}] * 50)) == {"branch_1", "branch_2"}


def test_the_branch_of_every_item_is_recorded() -> None:
    """S1-6: the chosen branch is recorded: by port, with where each item came from, and in the log."""
    node_type = catalogue.get("split")
    config = {"branches": [{"name": "A", "share": 0}, {"share": 100}]}
    context = StandaloneContext(node_type, config, [{"n": 1}, {"n": 2}])

    assert node_type.run(context) == Done({"branch_2": [{"n": 1}, {"n": 2}]}, {"branch_2": [("in", 0), ("in", 1)]})
    assert context.log.texts("info") == ["Ветка «A»: элементов 0", "Ветка «branch_2»: элементов 2"]


def test_a_branch_without_items_does_not_fire() -> None:
    assert ports({"branches": HALVES}, []) == {}


def test_there_is_a_way_out_for_every_branch() -> None:
    outputs = [port.name for port in catalogue.get("split").outputs]

    assert outputs == [f"branch_{number}" for number in range(1, MAX_BRANCHES + 1)]


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({}, "branches"),
        ({"branches": [{"share": 100}]}, "branches"),
        ({"branches": [{"share": 50}, {"share": 49}]}, "branches"),
        ({"branches": [{"share": -1}, {"share": 101}]}, "branches[0].share"),
        ({"branches": HALVES, "by": "a["}, "by"),
        ({"branches": HALVES, "seed": ""}, "seed"),
    ],
)
def test_faults_are_named_with_their_place(config: dict[str, Any], field: str) -> None:
    """S1-6: the shares add up to 100 %."""
    assert field in faults("split", config)
