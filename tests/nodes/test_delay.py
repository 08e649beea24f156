"""The node type `delay`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.nodes.context import faults, run
from workflows.node_type import Permanent, Wait


def test_it_asks_to_sleep_for_seconds() -> None:
    assert run("delay", {"seconds": 1.5}) == Wait(seconds=1.5)


def test_it_asks_to_sleep_until_a_time() -> None:
    outcome = run("delay", {"until": "2026-03-01T12:00:00+03:00"})

    assert isinstance(outcome, Wait)
    assert outcome.until is not None
    assert outcome.until.astimezone(UTC) == datetime(2026, 3, 1, 9, tzinfo=UTC)


def test_the_term_may_come_from_the_item() -> None:
    assert run("delay", {"seconds": "{{ $json.wait }}"}, [{"wait": 3}]) == Wait(seconds=3.0)

    with pytest.raises(Permanent) as failure:
        run("delay", {"seconds": "{{ $json.wait }}"}, [{"wait": "soon"}])
    assert failure.value.code == "config_invalid"


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({}, "config"),
        ({"seconds": 1, "until": "2026-03-01T12:00:00Z"}, "config"),
        ({"seconds": -1}, "seconds"),
        ({"seconds": 10**10}, "seconds"),
        ({"until": "2026-03-01T12:00:00"}, "until"),
        ({"until": "tomorrow"}, "until"),
    ],
)
def test_faults_are_named(config: dict[str, Any], field: str) -> None:
    assert field in faults("delay", config)
