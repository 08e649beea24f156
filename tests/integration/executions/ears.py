"""Whether a worker listens for bells in this moment."""

from __future__ import annotations

import time
from collections.abc import Callable

import redis

LONG = 60.0


def until(holds: Callable[[], bool]) -> None:
    """Wait for what another thread brings about; fails when it does not."""
    end = time.monotonic() + LONG
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.001)


def listens(bells: redis.Redis) -> bool:
    """Whether somebody waits for a bell; not who has heard one, and asked for nothing since."""
    database = str(bells.connection_pool.connection_kwargs["db"])
    return any(
        client["cmd"] == "blpop" and "b" in client["flags"] and client["db"] == database
        for client in bells.client_list()
    )
