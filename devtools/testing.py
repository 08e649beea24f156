"""`make test`: the tests on servers of their own, in two halves beside each other when all are asked for.

One half waits a good deal, for processes that start and die; the other computes. Each has its own PostgreSQL and
Valkey, because some tests count what a whole server does. `python -m devtools.testing` is the other half.

With `--again`, as CI calls it, a few tests that failed are run once more, alone: a machine that is shared may stand
still for seconds just when a test kills a process. Which needed it is said on the last lines; each is to be mended.
"""

from __future__ import annotations

import json
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
_SECOND_HALF: Final = str((TESTS / OTHER_HALF).relative_to(ROOT))
FIRST_HOME, OTHER_HOME = "test", "test-beside"
PASSED, FAILED = 0, 1
"""The exit statuses of a pytest that came to its end."""
AGAIN: Final = "--again"
BY_CHANCE: Final = 3
"""When more tests fail at once, it is no chance, and none is run again."""


def test(arguments: Sequence[str]) -> int:
    """pytest with `arguments`, whatever the environment names; with none, all the quick tests in two halves.

    `--again` among them gives at most `BY_CHANCE` tests that failed a second try.
    """
    if AGAIN not in arguments:
        return _first_try(arguments)
    for home in (FIRST_HOME, OTHER_HOME):
        _record_of_failures(home).unlink(missing_ok=True)
    asked = [argument for argument in arguments if argument != AGAIN]
    status = _first_try(asked)
    return _second_try(asked) if status == FAILED else status


def _first_try(arguments: Sequence[str]) -> int:
    if arguments:
        return _pytest(FIRST_HOME, arguments)
    with _other_half() as (other, log):
        first = _pytest(FIRST_HOME, _first_half())
        if first in (PASSED, FAILED):  # else it was interrupted, or nothing could be run
            console.say("the other half of the tests is still running" if other.poll() is None else "the other half:")
            other.wait()
    told = log.read_text(errors="replace")
    # The end of a log is what is seen of it: below a half that failed, one that passed is a line.
    passed_beside = first == FAILED and other.returncode == PASSED
    sys.stdout.write(f"{told.splitlines()[-1]}\n" if passed_beside else told)
    return first if first not in (PASSED, FAILED) else other.returncode or first


def _second_try(asked: Sequence[str]) -> int:
    failed = {home: _failures(home) for home in (FIRST_HOME, OTHER_HOME)}
    names = [name for found in failed.values() for name in found]
    if not 0 < len(names) <= BY_CHANCE:
        return FAILED
    console.say(f"{len(names)} failed: once more, alone")
    for home, paths in ((FIRST_HOME, asked or _first_half()), (OTHER_HOME, [_SECOND_HALF])):
        if failed[home] and (status := _pytest(home, [*paths, "--last-failed"])) != PASSED:
            return status
    console.say("PASSED ONLY AT THE SECOND TRY, to be mended (the reasons stand above):")
    for name in names:
        console.say(f"  {name}")
    return PASSED


def _first_half() -> list[str]:
    return sorted(str(found.relative_to(ROOT)) for found in TESTS.iterdir() if _holds_tests(found))


def _failures(home: str) -> list[str]:
    """The tests that failed when they last ran there."""
    try:
        return list(json.loads(_record_of_failures(home).read_text()))
    except FileNotFoundError:
        return []


def _record_of_failures(home: str) -> Path:
    return _cache(home) / "v" / "cache" / "lastfailed"


def _cache(home: str) -> Path:
    """Where pytest keeps what it knows of its last run: two processes must not write one."""
    return installation().var / "pytest" / home


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
    command = [sys.executable, "-m", "pytest", "-o", f"cache_dir={_cache(home)}", *arguments]
    with tempfile.TemporaryDirectory(prefix="n") as folder:
        # Each pytest closes the folder above its own to all others, also to the account of a PostgreSQL below it.
        own = {"PYTEST_DEBUG_TEMPROOT": folder} if home != FIRST_HOME else {}
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
    sys.exit(_pytest(OTHER_HOME, [_SECOND_HALF]))
