"""The node type `trigger-event`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.nodes.context import faults
from tests.nodes.triggers import hands_on


@pytest.mark.parametrize(
    "config",
    [
        {"event": "order.paid"},
        {"event": "ticket.*", "subject": 7},
    ],
)
def test_it_hands_on_what_the_run_was_started_with(config: dict[str, Any]) -> None:
    hands_on("trigger-event", config)


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({}, "event"),
        ({"event": "*"}, "event"),
        ({"event": "Order"}, "event"),
        ({"event": "a", "conditions": [{"field": "payload.a", "op": "like"}]}, "conditions[0].op"),
        ({"event": "a", "subject": "{{ $json.a }}"}, "subject"),
    ],
)
def test_a_fault_names_its_field(config: dict[str, Any], field: str) -> None:
    assert field in faults("trigger-event", config)
