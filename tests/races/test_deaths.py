"""A worker that dies, or loses its database, at each of its places: the run comes to its end, each result once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from django.db import InterfaceError, OperationalError

from executions import runner, sweeps
from tests.integration.executions.driving import drain, items, leases, start, status
from tests.integration.executions.test_loops import each_item
from tests.races.moves import LEASE_OVER, outcomes
from tests.races.stage import Killed, cut, die

PLACES = (
    "claim.after_commit",
    "step.before_effect",
    "step.after_effect",
    "finish.locked",
    "finish.before_commit",
    "finish.commit_unknown",
    "finish.after_commit",
)


@pytest.mark.parametrize("fault", [die, cut], ids=["killed", "cut off"])
@pytest.mark.parametrize("place", PLACES)
def test_a_run_survives_the_end_of_its_worker(stage, anna, place: str, fault: Callable[[], None]):
    """R1, R9: whatever was committed counts once, and the rest is done by the next worker."""
    run = start(anna, each_item(), input_data={"x": 1})
    worker = stage.acts(lambda: runner.drain("cpu", leases(), seconds=60), **{place.replace(".", "__"): fault})
    with suppress(Killed, OperationalError, InterfaceError):
        worker.result()
    assert worker.visits[place] > 0
    stage.later(LEASE_OVER)
    sweeps.rescue_expired()
    drain()
    assert status(run) == "succeeded"
    assert outcomes(run).count("succeeded") == 5
    assert items(run, "end") == [{"x": 1}]
