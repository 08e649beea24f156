"""What tests have started ends with them. Played by a process that behaves like pytest and the tests' conftest."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest

from tests import leftovers
from tests.acceptance.naryad import ROOT, until

TESTS = """
import signal, subprocess, sys
from tests import leftovers

leftovers.end_in_order()
watch = leftovers.Watch()
sleep = [sys.executable, "-c", "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); time.sleep(600)"]
try:
    print(subprocess.Popen(sleep, start_new_session=True).pid, flush=True)
    signal.pause()
except KeyboardInterrupt:
    print("clearing up", flush=True)
watch.end()
"""


@pytest.fixture
def tests_run() -> Iterator[subprocess.Popen[str]]:
    """Tests that have started a process in a session of its own, which no Ctrl-C reaches."""
    with subprocess.Popen([sys.executable, "-c", TESTS], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_tests_clear_up_and_are_over_when_nothing_is_left(
    tests_run: subprocess.Popen[str], number: signal.Signals
) -> None:
    """Ctrl-C comes from the terminal to everybody, and SIGTERM from `dev.py` right after it."""
    started = _started(tests_run)
    tests_run.send_signal(number)
    assert tests_run.stdout is not None
    assert tests_run.stdout.readline() == "clearing up\n"
    tests_run.send_signal(signal.SIGTERM)
    assert tests_run.wait(leftovers.GRACE_SECONDS + 60) == 0
    assert not _lives(started)


def test_killed_tests_leave_nothing(tests_run: subprocess.Popen[str]) -> None:
    started = _started(tests_run)
    tests_run.kill()
    until(
        lambda: not _lives(started),
        seconds=leftovers.GRACE_SECONDS + 60,
        what="the process of the killed tests is ended",
    )


def test_a_process_with_an_environment_of_its_own_is_given_the_mark() -> None:
    """As `dev.py up` of the acceptance tests, which sees nothing else of ours."""
    assert leftovers.mark()[leftovers.MARK]


def _started(tests_run: subprocess.Popen[str]) -> int:
    assert tests_run.stdout is not None
    return int(tests_run.stdout.readline())


def _lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
