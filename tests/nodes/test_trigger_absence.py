"""The node type `trigger-absence`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.nodes.context import faults
from tests.nodes.triggers import hands_on


@pytest.mark.parametrize(
    "config",
    [
        {"after": "message.sent", "unless": "message.received", "seconds": 86400},
    ],
)
def test_it_hands_on_what_the_run_was_started_with(config: dict[str, Any]) -> None:
    hands_on("trigger-absence", config)


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({}, "after"),
        ({"after": "a", "unless": "b", "seconds": 0}, "seconds"),
        ({"after": "a", "unless": "", "seconds": 1}, "unless"),
        ({"after": "a", "unless": "b", "seconds": 1, "emits": "a"}, "config"),
        ({"after": "a", "unless": "b", "seconds": 1, "emits": "b"}, "config"),
    ],
)
def test_a_fault_names_its_field(config: dict[str, Any], field: str) -> None:
    assert field in faults("trigger-absence", config)
