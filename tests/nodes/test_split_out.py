"""The node type `split-out`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.nodes.context import StandaloneContext, faults, run
from workflows import catalogue
from workflows.items.limits import MAX_ITEMS
from workflows.node_type import Done, Permanent


def out(config: dict[str, Any], items: list[Any]) -> Any:
    outcome = run("split-out", config, items)
    assert isinstance(outcome, Done)
    return outcome.ports["out"]


def test_every_object_of_the_list_becomes_an_item() -> None:
    assert run("split-out", {"field": "days"}, [{"days": [{"n": 1}, {"n": 2}]}, {"days": [{"n": 3}]}]) == Done(
        {"out": [{"n": 1}, {"n": 2}, {"n": 3}]}, {"out": [("in", 0), ("in", 0), ("in", 1)]}
    )


def test_what_is_no_object_stands_under_the_last_name_of_the_path() -> None:
    assert out({"field": "a.ids"}, [{"a": {"ids": [1, None]}}]) == [{"ids": 1}, {"ids": None}]
    assert out({"field": "lists[0]"}, [{"lists": [[7]]}]) == [{"lists": 7}]


def test_an_element_can_be_put_under_a_name_beside_the_rest() -> None:
    item = {"id": 5, "goods": {"list": [{"nm": 1}], "page": 2}}

    assert out({"field": "goods.list", "as": "good", "keepRest": True}, [item]) == [
        {"id": 5, "goods": {"page": 2}, "good": {"nm": 1}}
    ]


def test_what_is_no_list_is_one_element_and_nothing_is_none() -> None:
    assert out({"field": "v"}, [{"v": {"n": 1}}, {"v": 2}, {"v": None}, {}, {"v": []}]) == [{"n": 1}, {"v": 2}]


def test_the_log_counts_the_items_without_a_list() -> None:
    context = StandaloneContext(catalogue.get("split-out"), {"field": "v"}, [{"v": None}, {}, {"v": [1]}])

    catalogue.get("split-out").run(context)

    assert context.log.texts("info") == ["Элементов без списка или с пустым списком: 2"]


def test_too_many_items_are_refused() -> None:
    with pytest.raises(Permanent) as failure:
        run("split-out", {"field": "v"}, [{"v": [1]}, {"v": [1] * MAX_ITEMS}])

    assert failure.value.details == {"item": 1, "limit": MAX_ITEMS}


def test_faults_are_named() -> None:
    assert set(faults("split-out", {})) == {"field"}
    assert set(faults("split-out", {"field": "[0]", "as": "", "keepRest": 5})) == {"field", "as", "keepRest"}
