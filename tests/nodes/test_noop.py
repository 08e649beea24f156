"""The node type `noop`."""

from __future__ import annotations

from tests.nodes.context import run
from workflows.node_type import Done


def test_items_go_through_unchanged() -> None:
    assert run("noop", {}, [{"a": 1}, {"a": 2}]) == Done({"out": [{"a": 1}, {"a": 2}]})


def test_nothing_goes_through_as_nothing() -> None:
    assert run("noop", {}, []) == Done({"out": []})
