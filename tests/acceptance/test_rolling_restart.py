"""Every process of an installation is restarted while runs are started and worked off, as an upgrade does it."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Mapping, Sized
from pathlib import Path
from typing import Any, Protocol

import psycopg
import pytest

from devtools.chaos import invariants, witnesses
from devtools.chaos.arena import UNTHROTTLED
from devtools.chaos.client import Answer, Client
from devtools.chaos.command import LEFT
from devtools.chaos.graphs import DRAWN, Shape, inner
from devtools.chaos.ledger import Ledger
from devtools.chaos.load import Load, create_workflows
from devtools.environment import sandbox
from devtools.installation import Installation
from tests.acceptance.naryad import Naryad, until

pytestmark = pytest.mark.long

RESTARTED = ("worker", "worker-cpu", "worker-notify", "ticker", "beat", "web")
"""In the order of docs/operations.md."""
STARTS_PER_SECOND = 3.0
BETWEEN_RUNS = 6
"""So many runs are acknowledged by each new process before the next one is stopped."""
RETURN_SECONDS = 240.0
SETTLE_SECONDS = 300.0


class Witness(Client):
    """Remembers when nobody answered, and every server error, also those that clients bear with."""

    def __init__(self, url: str, username: str, password: str) -> None:
        super().__init__(url, username, password)
        self.unanswered: list[float] = []
        self.errors: list[str] = []

    def ask(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Answer | None:
        # A connection of its own: one that was idle for long is closed by the server, which is no refusal.
        answer = super().ask(method, path, body, {**(headers or {}), "Connection": "close"})
        if answer is None:
            self.unanswered.append(time.monotonic())
        elif answer.status >= 500:
            self.errors.append(f"{method} {path}: {answer.status} {answer.body}")
        return answer


def test_a_rolling_restart_under_load_loses_nothing_and_does_nothing_twice(
    start_naryad: Callable[..., Naryad], tmp_path: Path
) -> None:
    """Nothing is lost or called twice, no server error; calls are refused only while the single web is away."""
    calls = tmp_path / "calls.ndjson"
    with Ledger(0, calls) as ledger:
        threading.Thread(target=ledger.serve_forever, daemon=True).start()
        address = f"127.0.0.1:{ledger.server_address[1]}"
        naryad = start_naryad(OUTBOUND_ALLOW=address, **UNTHROTTLED)
        client = Witness(naryad.url, **naryad.credentials()["editor"])
        shapes: dict[str, Shape] = {shape.name: shape for shape in (draw(f"http://{address}") for draw, _ in DRAWN)}
        workflows = create_workflows(client, [inner(f"http://{address}"), *shapes.values()])
        load = Load(client, workflows, rate=STARTS_PER_SECOND, limit=10_000, seed=9)
        load.start()
        try:
            away = {name: restart(naryad, name, load) for name in RESTARTED}
        finally:
            load.stop()
        with psycopg.connect(
            sandbox(Installation(naryad.var)).variables["DATABASE_URL"], autocommit=True
        ) as connection:
            until(lambda: not any(connection.execute(LEFT).fetchone() or ()), seconds=SETTLE_SECONDS, what="all ended")
            made = witnesses.read_ledger(calls)
            faults = {
                **invariants.find_faults(connection),
                **witnesses.compare_ledger(connection, made)[0],
                **witnesses.compare_api(connection, client, load.runs),
                **witnesses.compare_results(connection, load.runs, shapes),
            }
            outcomes = invariants.count_outcomes(connection)
        ledger.shutdown()
    assert {name: fault.examples for name, fault in faults.items() if fault.count} == {}
    assert len(load.runs) >= BETWEEN_RUNS * len(RESTARTED)
    assert [key for key, count in made.items() if count > 1] == []
    assert "lost" not in outcomes
    assert [*client.errors, *client.faults, *load.faults] == []
    began, ended = away["web"]
    assert [moment - began for moment in client.unanswered if not began <= moment <= ended] == []


class Acknowledged(Protocol):
    """Whoever keeps an installation busy, and knows what was acknowledged."""

    @property
    def runs(self) -> Sized: ...


def restart(naryad: Naryad, name: str, load: Acknowledged) -> tuple[float, float]:
    """SIGTERM to one process, which is started again; returns from when to when (monotonic) it was away."""
    old = int(naryad.status()[name]["pid"])
    began = time.monotonic()
    os.kill(old, signal.SIGTERM)
    until(lambda: serves_anew(naryad, name, old), seconds=RETURN_SECONDS, what=f"{name} serves again")
    ended = time.monotonic()
    enough = len(load.runs) + BETWEEN_RUNS
    until(lambda: len(load.runs) >= enough, seconds=RETURN_SECONDS, what=f"runs are acknowledged after {name}")
    return began, ended


def serves_anew(naryad: Naryad, name: str, old: int) -> bool:
    """Whether another process has taken its place, and the whole installation is ready with it."""
    row = naryad.status().get(name)
    return bool(row and row["pid"] and row["pid"] != old and row["healthy"] and naryad.answers("/readyz") == 200)
