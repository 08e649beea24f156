"""`make test`: the tests on servers of their own, in two halves beside each other when all are asked for.

One half waits a good deal, for processes that start and die; the other computes. Each has its own PostgreSQL and
Valkey, because some tests count what a whole server does. `python -m devtools.testing` is the other half.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from devtools import console, serving
from devtools.bootstrap import ROOT
from devtools.environment import Plan, sandbox
from devtools.installation import Installation, installation
from devtools.processes import SERVERS
from devtools.supervisor import Supervisor

TESTS: Final = ROOT / "tests"
OTHER_HALF: Final = "integration"
OTHER_HOME: Final = "test-beside"
PASSED, FAILED = 0, 1
"""The exit statuses of a pytest that came to its end."""


def test(arguments: Sequence[str]) -> int:
    """pytest with `arguments`, whatever the environment names; with none, all the quick tests in two halves."""
    if arguments:
        return _pytest("test", arguments)
    halves = sorted(str(found.relative_to(ROOT)) for found in TESTS.iterdir() if _holds_tests(found))
    with _other_half() as (other, log):
        first = _pytest("test", halves)
        if first in (PASSED, FAILED):  # else it was interrupted, or nothing could be run
            console.say("the other half of the tests is still running" if other.poll() is None else "the other half:")
            other.wait()
    told = log.read_text(errors="replace")
    # The end of a log is what is seen of it: below a half that failed, one that passed is a line.
    passed_beside = first == FAILED and other.returncode == PASSED
    sys.stdout.write(f"{told.splitlines()[-1]}\n" if passed_beside else told)
    return first if first not in (PASSED, FAILED) else other.returncode or first


def on_throw_away_servers(home: Installation, work: Callable[[Supervisor, Plan], int]) -> int:
    """Do the work with empty servers that are gone afterwards."""
    plan = sandbox(home)
    with Supervisor(home) as supervisor:
        claim = home.claim("test")
        serving.start_servers(supervisor, SERVERS, throw_away=True)
        if supervisor.stopping.is_set():
            return 130
        status = work(supervisor, plan)
        claim.close()
    return status


def _pytest(home: str, arguments: Sequence[str]) -> int:
    command = [sys.executable, "-m", "pytest", *arguments]
    if home != "test":  # two processes must not write one cache
        command += ["-p", "no:cacheprovider"]
    with tempfile.TemporaryDirectory(prefix="n") as folder:
        # Each pytest closes the folder above its own to all others, also to the account of a PostgreSQL below it.
        own = {"PYTEST_DEBUG_TEMPROOT": folder} if home != "test" else {}
        return on_throw_away_servers(
            Installation(installation().var / home),
            lambda supervisor, plan: supervisor.foreground(command, {**plan.variables, **own}),
        )


def _holds_tests(folder: Path) -> bool:
    return folder.is_dir() and folder.name != OTHER_HALF and any(folder.rglob("test_*.py"))


@contextmanager
def _other_half() -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """The other half, and where its output is to be read when it has ended, so the two do not mix. Ends with us."""
    log = installation().var / f"{OTHER_HOME}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        other = subprocess.Popen(
            [sys.executable, "-m", "devtools.testing"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            yield other, log
        finally:
            if other.poll() is None:
                other.terminate()
                other.wait()


def _end_with_the_first_half() -> None:
    """Its end of our standard input is closed however it ends, SIGKILL included."""
    os.read(0, 1)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_end_with_the_first_half, daemon=True).start()
    sys.exit(_pytest(OTHER_HOME, [str((TESTS / OTHER_HALF).relative_to(ROOT))]))
