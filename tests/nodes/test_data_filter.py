"""The node type `data-filter`."""

from __future__ import annotations

from tests.nodes.context import StandaloneContext, faults, run
from workflows import catalogue
from workflows.node_type import Done, Item

ACTIVE = {"conditions": [{"field": "status", "op": "eq", "value": 9}, {"field": "views", "op": "gte", "value": 100}]}


def test_only_fitting_items_go_on() -> None:
    items: list[Item] = [{"status": 9, "views": 100}, {"status": 9, "views": None}, {"status": 11, "views": 500}]

    assert run("data-filter", ACTIVE, items) == Done({"out": [{"status": 9, "views": 100}]}, {"out": [("in", 0)]})


def test_without_fitting_items_nothing_fires() -> None:
    assert run("data-filter", ACTIVE, [{}]) == Done({})


def test_the_log_says_how_many_were_kept() -> None:
    context = StandaloneContext(catalogue.get("data-filter"), ACTIVE, [{"status": 9, "views": 100}, {}])

    catalogue.get("data-filter").run(context)

    assert context.log.texts("info") == ["Отобрано элементов: 1 из 2"]


def test_faults_are_named() -> None:
    assert set(faults("data-filter", {"conditions": "all", "limit": 3})) == {"conditions", "limit"}
