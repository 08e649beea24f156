"""The node type `trigger-poll-sql`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.nodes.context import faults
from tests.nodes.triggers import hands_on


@pytest.mark.parametrize(
    "config",
    [
        {"credential": "01a20231-8f99-7632-8d3b-01b6c2fda042", "query": "SELECT 1"},
    ],
)
def test_it_hands_on_what_the_run_was_started_with(config: dict[str, Any]) -> None:
    hands_on("trigger-poll-sql", config)


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({}, "credential"),
        ({"credential": "01a20231-8f99-7632-8d3b-01b6c2fda042", "query": ""}, "query"),
    ],
)
def test_a_fault_names_its_field(config: dict[str, Any], field: str) -> None:
    assert field in faults("trigger-poll-sql", config)
