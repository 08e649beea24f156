"""Where broken engines are built and judged: a copy of the tree, a database of its own, one fault at a time."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from tests.architecture.tree import ROOT, files
from tests.mutations.mutant import Mutant

HEALTHY = "tests/integration/executions/test_flow.py::test_a_slice_ends_after_its_steps_and_leaves_the_rest_ready"
"""What every broken engine can still do. One that cannot is not broken but dead, and shows nothing."""
HEALTHY_FIRST = ("-p", "tests.mutations.healthy_first")
PATIENCE_SECONDS = 600
"""For a fault that hangs, far more than any takes that does not: nothing is judged by how long it took."""
GRACE_SECONDS = 60
"""For tests that were told to end to end what they have started (`tests.leftovers`)."""
FAILED = 1
"""The exit code of pytest when tests failed; others mean that they could not be run."""
KEPT_OUT = {"docs", "var"}


@dataclass(frozen=True)
class Verdict:
    """What the tests say: how many passed and failed, whether the engine is alive, and the words of pytest."""

    passed: frozenset[str]
    failed: frozenset[str]
    code: int
    words: str


class Workshop:
    """A copy of the tree, with a database and a number in Valkey of its own. For one thread at a time."""

    def __init__(self, folder: Path, place: int) -> None:
        self.folder = folder
        self._place = place
        self._fresh = True
        for path in files():
            inside = path.relative_to(ROOT)
            if inside.parts[0] not in KEPT_OUT:
                (folder / inside).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, folder / inside)

    def judge(self, tests: Sequence[str], mutant: Mutant | None = None) -> Verdict:
        """Run the tests on the engine as it is, or with the fault of `mutant`."""
        if mutant is None:
            return self._run([HEALTHY, *tests], patience=None)
        with self._broken(mutant):
            self._fresh |= mutant.in_database
            verdict = self._run([*HEALTHY_FIRST, HEALTHY, *tests], PATIENCE_SECONDS)
            self._fresh |= mutant.in_database  # the next one has no part in it
            return verdict

    @contextmanager
    def _broken(self, mutant: Mutant) -> Iterator[None]:
        path = self.folder / mutant.file
        whole = path.read_text()
        try:
            path.write_text(mutant.applied(whole))
            yield
        finally:
            path.write_text(whole)

    def _run(self, tests: Sequence[str], patience: float | None) -> Verdict:
        if self._fresh:
            self._drop_database()
        self._fresh = False
        words = [sys.executable, "-m", "pytest", *tests]
        words += ["-rA", "-q", "--tb=line", "--color=no", "-p", "no:cacheprovider", "--reuse-db"]
        pipe, surroundings = subprocess.PIPE, self._environment()
        with subprocess.Popen(words, cwd=self.folder, env=surroundings, stdout=pipe, stderr=pipe, text=True) as running:
            try:
                said, warned = running.communicate(timeout=patience)
            except subprocess.TimeoutExpired:
                self._fresh = True  # its rows are still there
                return Verdict(frozenset(), frozenset(), -1, f"took too long: {_ended(running)[-4000:]}")
        told = {state: frozenset(re.findall(rf"^{state} (\S+)", said, re.MULTILINE)) for state in STATES}
        return Verdict(told["PASSED"], told["FAILED"] | told["ERROR"], running.returncode, (warned + said)[-4000:])

    def _drop_database(self) -> None:
        """Also one in which a statement goes on for somebody who is gone."""
        given, own = urlsplit(os.environ["DATABASE_URL"]), urlsplit(self._environment()["DATABASE_URL"])
        name = sql.Identifier(f"test_{own.path.removeprefix('/')}")
        with psycopg.connect(given._replace(path="/postgres").geturl(), autocommit=True) as server:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))

    def _environment(self) -> dict[str, str]:
        database = urlsplit(os.environ["DATABASE_URL"])
        number = 14 + self._place
        return {
            **os.environ,
            "DATABASE_URL": database._replace(path=f"{database.path}_mutants{self._place}").geturl(),
            "REDIS_URL": _numbered(os.environ["REDIS_URL"], number),
            "NARYAD_VAR": str(self.folder / "var"),
            "PYTHONDONTWRITEBYTECODE": "1",
        }


def _ended(running: subprocess.Popen[str]) -> str:
    """End late tests in order, so that nothing of theirs meets those that follow. Returns what they have said."""
    running.terminate()
    try:
        return running.communicate(timeout=GRACE_SECONDS)[0]
    except subprocess.TimeoutExpired:
        running.kill()
        return running.communicate()[0]


def _numbered(url: str, number: int) -> str:
    """The same Valkey, another of its databases."""
    server = urlsplit(url)
    if server.scheme == "unix":  # whose slashes `geturl` would lose
        return f"unix://{server.path}?db={number}"
    return server._replace(path=f"/{number}").geturl()


STATES = ("PASSED", "FAILED", "ERROR")
