"""The node type `trigger-date`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.nodes.context import faults
from tests.nodes.triggers import hands_on


@pytest.mark.parametrize(
    "config",
    [
        {"event": "contract.signed", "field": "payload.endsAt", "offsetSeconds": -604800},
    ],
)
def test_it_hands_on_what_the_run_was_started_with(config: dict[str, Any]) -> None:
    hands_on("trigger-date", config)


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({}, "event"),
        ({"event": "a", "field": "[["}, "field"),
        ({"event": "a", "field": "payload.at", "emits": "a"}, "config"),
    ],
)
def test_a_fault_names_its_field(config: dict[str, Any], field: str) -> None:
    assert field in faults("trigger-date", config)
