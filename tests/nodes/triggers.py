"""What holds for every trigger: it begins runs, and hands on what its run was started with."""

from __future__ import annotations

from typing import Any

from tests.nodes.context import faults, run
from workflows import catalogue
from workflows.node_type import Done

FORM: dict[str, Any] = {"type": "object", "properties": {"name": {"type": "string"}}}


def hands_on(node_type: str, config: dict[str, Any]) -> None:
    """The config is a good one, and the trigger lets the run begin with what has caused it."""
    assert faults(node_type, config) == {}
    assert catalogue.facts(node_type).starts
    assert run(node_type, config, inputs={"run": [{"a": 1}]}) == Done({"out": [{"a": 1}]})
