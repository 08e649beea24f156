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

from tests.architecture.tree import ROOT, files
from tests.mutations.mutant import Mutant

HEALTHY = "tests/integration/executions/test_flow.py::test_a_slice_ends_after_its_steps_and_leaves_the_rest_ready"
"""What every broken engine can still do. One that cannot is not broken but dead, and shows nothing."""
PATIENCE_SECONDS = 150
FAILED = 1
"""The exit code of pytest when tests failed; others mean that they could not be run."""
KEPT_OUT = {"docs", "templates", "var"}


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
        with self._broken(mutant):
            return self._run([HEALTHY, *tests])

    @contextmanager
    def _broken(self, mutant: Mutant | None) -> Iterator[None]:
        if mutant is None:
            yield
            return
        path = self.folder / mutant.file
        whole = path.read_text()
        try:
            path.write_text(mutant.applied(whole))
            yield
        finally:
            path.write_text(whole)

    def _run(self, tests: Sequence[str]) -> Verdict:
        database = "--create-db" if self._fresh else "--reuse-db"
        self._fresh = False
        words = [sys.executable, "-m", "pytest", *tests, "-rA", "-q", "--tb=line", "-p", "no:cacheprovider", database]
        try:
            done = subprocess.run(
                words,
                cwd=self.folder,
                env=self._environment(),
                capture_output=True,
                text=True,
                timeout=PATIENCE_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as late:
            self._fresh = True  # its rows are still there
            return Verdict(frozenset(), frozenset(), -1, str(late.stdout)[-4000:])
        told = {state: frozenset(re.findall(rf"^{state} (\S+)", done.stdout, re.MULTILINE)) for state in STATES}
        return Verdict(told["PASSED"], told["FAILED"] | told["ERROR"], done.returncode, done.stdout[-4000:])

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


def _numbered(url: str, number: int) -> str:
    """The same Valkey, another of its databases."""
    server = urlsplit(url)
    if server.scheme == "unix":  # whose slashes `geturl` would lose
        return f"unix://{server.path}?db={number}"
    return server._replace(path=f"/{number}").geturl()


STATES = ("PASSED", "FAILED", "ERROR")
