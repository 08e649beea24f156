"""`manage.py make_node`: what it writes meets the bar at once."""

from __future__ import annotations

import shutil
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command


def test_a_new_node_type_passes_the_catalogue_and_its_own_test(tmp_path: Path) -> None:
    copied = shutil.ignore_patterns(".venv", ".git", "var", "__pycache__", ".pytest_cache", ".mypy_cache")
    root = tmp_path / "checkout"
    shutil.copytree(settings.BASE_DIR, root, ignore=copied)

    call_command("make_node", "wb-get-stocks", root=root, stdout=StringIO())

    tests = ["tests/nodes/test_catalogue.py", "tests/nodes/test_wb_get_stocks.py"]
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-k",
            "wb-get-stocks or wb_get_stocks",
            *tests,
        ],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    lint = subprocess.run(
        [
            sys.executable,
            "-m",
            "ruff",
            "check",
            "workflows/nodes/wb_get_stocks.py",
            "tests/nodes/test_wb_get_stocks.py",
        ],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert lint.returncode == 0, lint.stdout


def test_a_word_of_python_gets_a_file_that_can_be_imported(tmp_path: Path) -> None:
    call_command("make_node", "while", root=tmp_path, verbosity=0)

    assert (tmp_path / "workflows" / "nodes" / "while_.py").is_file()
    assert (tmp_path / "tests" / "nodes" / "test_while.py").is_file()


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    call_command("make_node", "my-node", root=tmp_path)

    with pytest.raises(CommandError, match="exists already"):
        call_command("make_node", "my-node", root=tmp_path)


@pytest.mark.parametrize("name", ["MyNode", "my_node", "../x", "1st", "a-", ""])
def test_a_name_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(CommandError):
        call_command("make_node", name, root=tmp_path)
