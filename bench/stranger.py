"""A process that has nothing to do with Naryad and takes a share of one core: what a second job costs."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

TURN_SECONDS = 0.005
"""It works and rests in turns of this length."""


@contextmanager
def working(share: float) -> Iterator[None]:
    """Have such a process beside what is done meanwhile; `share` of a core, 0 to 1."""
    stranger = subprocess.Popen([sys.executable, "-m", "bench.stranger", str(share)], stdout=subprocess.PIPE)
    try:
        assert stranger.stdout is not None
        stranger.stdout.readline()  # it has begun
        yield
    finally:
        stranger.kill()
        stranger.communicate()


def _work(share: float) -> None:
    """Until killed."""
    print("begun", flush=True)
    while True:
        turn = time.perf_counter()
        spent = time.process_time() + share * TURN_SECONDS
        while time.process_time() < spent:
            pass
        time.sleep(max(0.0, TURN_SECONDS - (time.perf_counter() - turn)))


if __name__ == "__main__":
    _work(float(sys.argv[1]))
