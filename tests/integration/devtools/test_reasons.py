"""The last lines of a run that failed say why it failed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.naryad import ROOT

TESTS = """
import logging

def test_that_passes():
    pass

def test_that_fails_over_a_cause():
    logging.error("noise " * 1000)
    try:
        {}["the key"]
    except KeyError:
        assert {"asked": 1} == {"asked": 2}, "first line\\n" + "many lines\\n" * 100
"""


@pytest.mark.parametrize("ci", ["", "true"])
def test_each_failure_is_told_after_everything_else_with_its_first_cause(tmp_path: Path, ci: str) -> None:
    (tmp_path / "test_two.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    command = [sys.executable, "-m", "pytest", "-c", str(tmp_path / "pytest.ini"), "-p", "tests.reasons"]
    plain = ["-p", "no:django", "-p", "no:schemathesis", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, *plain, str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "CI": ci, "BUILD_NUMBER": ci},
        capture_output=True,
        text=True,
        check=False,
    )
    told = done.stdout.partition("why, from the first cause to what was raised")[2]
    assert done.returncode == 1, done.stdout + done.stderr
    assert "test_that_passes" not in told
    lines = [line.strip() for line in told.splitlines()[1:]]
    assert lines[0].endswith("test_two.py::test_that_fails_over_a_cause (call)")
    assert lines[1].endswith("test_that_fails_over_a_cause: KeyError: 'the key'")
    assert lines[2].endswith("test_that_fails_over_a_cause: AssertionError: first line")
    assert "assert {'asked': 1} == {'asked': 2}" in lines
    assert len(lines) < 16
