"""`dev.py test --again`: what failed is run once more, alone, and is named; no more than a few."""

from __future__ import annotations

from pathlib import Path
from subprocess import CompletedProcess

import pytest

from devtools.testing import BY_CHANCE
from tests.acceptance.naryad import run_dev

pytestmark = pytest.mark.slow

TESTS = """
from pathlib import Path

def test_that_fails_once():
    seen = Path(__file__).with_name("seen")
    known = seen.exists()
    seen.touch()
    assert known

def test_that_passes():
    with Path(__file__).with_name("passes").open("a") as passes:
        passes.write("once ")
"""
NEVER = """
import pytest

@pytest.mark.parametrize("number", range({number}))
def test_that_never_passes(number):
    assert number < 0
"""
TOLD = "PASSED ONLY AT THE SECOND TRY"


def _test(folder: Path, tests: str) -> CompletedProcess[str]:
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "test_chance.py").write_text(tests)
    plain = ("-c", str(folder / "pytest.ini"), "-p", "no:django", "-p", "no:schemathesis")
    return run_dev("test", "--again", *plain, str(folder), var=folder / "var", PYTEST_DEBUG_TEMPROOT=str(folder))


def test_what_failed_by_chance_is_run_again_alone_and_named(tmp_path: Path) -> None:
    done = _test(tmp_path, TESTS)
    assert done.returncode == 0, done.stdout + done.stderr
    *_, told = done.stderr.partition(TOLD)
    assert "test_chance.py::test_that_fails_once" in told
    assert "test_that_passes" not in told
    assert (tmp_path / "passes").read_text() == "once "


@pytest.mark.parametrize(("number", "again"), [(BY_CHANCE, True), (BY_CHANCE + 1, False)])
def test_what_fails_twice_has_failed_and_many_failures_are_no_chance(tmp_path: Path, number: int, again: bool) -> None:
    done = _test(tmp_path, NEVER.format(number=number))
    assert done.returncode == 1, done.stdout + done.stderr
    assert TOLD not in done.stderr
    assert done.stdout.count(f"{number} failed in ") == (2 if again else 1)
