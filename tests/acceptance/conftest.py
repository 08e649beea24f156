"""Processes for the acceptance tests: installations of their own for the rough; the common one is everybody's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.acceptance.naryad import Naryad

QUICK_RESCUE = {"LEASE_SECONDS": "6", "HEARTBEAT_SECONDS": "0.5", "SWEEP_SECONDS": "0.5"}
"""Terms of the engine in which a dead worker is noticed while a test waits."""


@pytest.fixture
def start_naryad(tmp_path: Path) -> Iterator[Callable[..., Naryad]]:
    """Start an installation that the test may kill; variables as keywords. What is left of it is stopped."""
    started: list[Naryad] = []

    def start(**variables: str) -> Naryad:
        running = Naryad.start(tmp_path / "var", **variables)
        started.append(running)
        return running

    yield start
    for running in started:
        running.stop()
        for process in running.processes():
            process.kill()
