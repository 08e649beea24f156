"""The node type `return`."""

from __future__ import annotations

from tests.nodes.context import run
from workflows.node_type import Done


def test_items_are_given_back_as_they_are() -> None:
    """S0-14: return data to the caller."""
    assert run("return", {}, [{"n": 1}, {"n": 2}]) == Done({"out": [{"n": 1}, {"n": 2}]})


def test_nothing_can_be_given_back_too() -> None:
    assert run("return", {}, []) == Done({"out": []})
