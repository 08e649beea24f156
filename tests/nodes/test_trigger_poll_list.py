"""The node type `trigger-poll-list`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.nodes.context import faults
from tests.nodes.triggers import hands_on


@pytest.mark.parametrize(
    "config",
    [
        {"url": "https://example.org/list", "itemsPath": "data.items", "keyField": "id"},
    ],
)
def test_it_hands_on_what_the_run_was_started_with(config: dict[str, Any]) -> None:
    hands_on("trigger-poll-list", config)


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({}, "url"),
        ({"url": "https://example.org", "keyField": "[["}, "keyField"),
    ],
)
def test_a_fault_names_its_field(config: dict[str, Any], field: str) -> None:
    assert field in faults("trigger-poll-list", config)
