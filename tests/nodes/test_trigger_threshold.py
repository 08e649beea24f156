"""The node type `trigger-threshold`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.nodes.context import faults
from tests.nodes.triggers import hands_on


@pytest.mark.parametrize(
    "config",
    [
        {"event": "email.opened", "count": 2, "windowSeconds": 3600},
        {"event": "ticket.*", "count": 5, "windowSeconds": 60, "recoverAt": 2},
    ],
)
def test_it_hands_on_what_the_run_was_started_with(config: dict[str, Any]) -> None:
    hands_on("trigger-threshold", config)


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({}, "event"),
        ({"event": "a", "count": 2, "windowSeconds": 60, "recoverAt": 2}, "config"),
        ({"event": "a", "count": 0, "windowSeconds": 60}, "count"),
        ({"event": "a", "count": 2, "windowSeconds": 1, "emits": "a"}, "config"),
        ({"event": "a.*", "count": 2, "windowSeconds": 1, "emits": "a.b"}, "config"),
        ({"event": "a.recovered", "count": 2, "windowSeconds": 1, "emits": "a"}, "config"),
    ],
)
def test_a_fault_names_its_field(config: dict[str, Any], field: str) -> None:
    assert field in faults("trigger-threshold", config)
