"""Processes for the acceptance tests: one installation for all tests that only use it, own ones for the rough."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.acceptance.naryad import Naryad

QUICK_RESCUE = {"LEASE_SECONDS": "3", "HEARTBEAT_SECONDS": "0.5", "SWEEP_SECONDS": "0.5"}
"""Terms of the engine in which a dead worker is noticed while a test waits."""


@pytest.fixture(scope="session")
def naryad(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Naryad]:
    """An installation that everybody may use and nobody may hurt. SIGTERM at the end leaves nothing of it."""
    running = Naryad.start(tmp_path_factory.mktemp("naryad") / "var")
    yield running
    assert running.stop() == 0, running.output()
    assert running.processes() == []


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
