"""A schedule with its two clocks, one of them standing still."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from tests.acceptance.naryad import Api, Naryad, until
from tests.integration.schedules.scenes import definition

pytestmark = pytest.mark.storm

EVERY = timedelta(seconds=2)
PATIENCE_SECONDS = 60.0
"""A clock may be frozen while it holds the row of the schedule, which PostgreSQL takes from it after 15 s."""


@contextmanager
def standing_still(naryad: Naryad, name: str) -> Iterator[None]:
    """A process that is frozen: the supervisor takes it for alive."""
    pid = int(naryad.status()[name]["pid"])
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def ticks(api: Api, flow: str) -> list[datetime]:
    """The ticks of all runs of the workflow, in their order."""
    runs = api.get(f"/workflows/{flow}/executions", params={"pageSize": 200})["results"]
    return sorted(datetime.fromisoformat(run["inputData"]["scheduledAt"]) for run in runs)


def wait_for_ticks(more: int, api: Api, flow: str, *, what: str) -> None:
    enough = len(ticks(api, flow)) + more
    until(lambda: len(ticks(api, flow)) >= enough, seconds=PATIENCE_SECONDS, what=what)


def test_a_schedule_fires_with_either_clock_alone_and_never_twice(start_naryad: Callable[..., Naryad]) -> None:
    """G8, Part 4, row 6: shown with each of them stopped."""
    naryad = start_naryad()
    api = naryad.api()
    schedule = definition({"everySeconds": 2, "missed": "all"})
    flow = api.post("/workflows", {"name": "Every two seconds", "definition": schedule})["id"]
    for still in ("ticker", "beat"):
        with standing_still(naryad, still):
            wait_for_ticks(3, api, flow, what=f"ticks without {still}")
    (shown,) = api.get(f"/workflows/{flow}/schedules")["results"]
    api.post(f"/workflows/{flow}/schedules/{shown['id']}/disable")
    fired = ticks(api, flow)
    assert {later - earlier for earlier, later in pairwise(fired)} == {EVERY}
