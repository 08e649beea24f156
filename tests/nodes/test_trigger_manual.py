"""The node type `trigger-manual`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.nodes.context import faults
from tests.nodes.triggers import FORM, hands_on


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"fields": FORM},
    ],
)
def test_it_hands_on_what_the_run_was_started_with(config: dict[str, Any]) -> None:
    hands_on("trigger-manual", config)


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"fields": {"type": "array"}}, "fields"),
    ],
)
def test_a_fault_names_its_field(config: dict[str, Any], field: str) -> None:
    assert field in faults("trigger-manual", config)
