"""The node type `trigger-certificate`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.nodes.context import faults
from tests.nodes.triggers import hands_on


@pytest.mark.parametrize("config", [{"host": "example.org"}, {"host": "Example.org", "port": 8443, "days": [10]}])
def test_it_hands_on_what_the_run_was_started_with(config: dict[str, Any]) -> None:
    hands_on("trigger-certificate", config)


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({}, "host"),
        ({"host": "https://example.org/"}, "host"),
        ({"host": "a", "port": 0}, "port"),
        ({"host": "a", "days": []}, "days"),
    ],
)
def test_a_fault_names_its_field(config: dict[str, Any], field: str) -> None:
    assert field in faults("trigger-certificate", config)
