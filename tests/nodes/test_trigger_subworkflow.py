"""The node type `trigger-subworkflow`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.nodes.triggers import hands_on


@pytest.mark.parametrize(
    "config",
    [
        {},
    ],
)
def test_it_hands_on_what_the_run_was_started_with(config: dict[str, Any]) -> None:
    hands_on("trigger-subworkflow", config)
