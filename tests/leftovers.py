"""Whatever the tests have started ends with them, however they end: Ctrl-C, SIGKILL, a fixture that failed halfway.

Each process that a test starts inherits a mark in its environment. A small process beside the tests waits until they
are over, or gone, and then ends everything that carries the mark. `python -m tests.leftovers PID MARK` is that process.
"""

from __future__ import annotations

import os
import secrets
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Final

import psutil

MARK: Final = "NARYAD_TEST_RUN"
GRACE_SECONDS: Final = 40.0
"""More than a supervisor gives to what it stops (35 s); what is left then is killed."""
ROOT: Final = Path(__file__).resolve().parent.parent


def mark() -> dict[str, str]:
    """The variable by which a process is known as ours, for those that are started with an environment of their own."""
    return {MARK: os.environ[MARK]} if MARK in os.environ else {}


class Watch:
    """Begins with the tests. `end` returns when nothing of theirs is left."""

    def __init__(self) -> None:
        unmarked = {name: value for name, value in os.environ.items() if name != MARK}
        os.environ[MARK] = secrets.token_hex(8)
        self._sweeper = subprocess.Popen(
            [sys.executable, "-m", "tests.leftovers", str(os.getpid()), os.environ[MARK]],
            cwd=ROOT,
            env=unmarked,
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    def end(self) -> None:
        self._sweeper.communicate(b"over")


def end_in_order() -> None:
    """Make SIGTERM mean what Ctrl-C means to pytest: fixtures stop what they have started. Once; the next one is deaf.

    After Ctrl-C `dev.py` sends SIGTERM too, which would otherwise end the tests in the middle of their clearing up.
    """
    tests = os.getpid()

    def interrupt(number: int, frame: FrameType | None) -> None:
        if os.getpid() != tests:  # a fork of a test ends as if nobody had asked
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
            return
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)


def sweep(marked_with: str) -> None:
    """End everything that carries the mark: those that nobody of them has started first, as they stop the others."""
    found = _marked(marked_with)
    pids = {process.pid for process in found}
    for process in found:
        if _parent(process) not in pids:
            _signal(process, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    while _marked(marked_with) and time.monotonic() < deadline:
        time.sleep(0.1)
    while left := _marked(marked_with):
        for process in left:
            _signal(process, signal.SIGKILL)
        time.sleep(0.05)


def _marked(marked_with: str) -> list[psutil.Process]:
    return [process for process in psutil.process_iter() if _carries(process, marked_with)]


def _carries(process: psutil.Process, marked_with: str) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE and process.environ().get(MARK) == marked_with
    except psutil.Error:
        return False


def _parent(process: psutil.Process) -> int:
    try:
        return process.ppid()
    except psutil.Error:
        return 0


def _signal(process: psutil.Process, number: int) -> None:
    try:
        process.send_signal(number)
    except psutil.Error:
        return


def main() -> None:
    tests, marked_with = int(sys.argv[1]), sys.argv[2]
    while os.getppid() == tests and not select.select([sys.stdin], [], [], 0.5)[0]:
        pass  # a fork of a test may hold the other end of the pipe open: its end alone would not tell
    sweep(marked_with)


if __name__ == "__main__":
    main()
