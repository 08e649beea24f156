"""The line of floors and the rooms inside them, as `.importlinter` states them."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from tests.architecture.tree import OWN_PACKAGES, ROOT, modules, name, parsed


def test_every_import_keeps_the_floors_and_rooms() -> None:
    linter = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([str(linter)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_no_module_hides_an_import_of_ours() -> None:
    """An import inside a function, or under TYPE_CHECKING, is how circles are hidden."""
    hidden = [
        f"{name(path)}:{found.lineno}"
        for path in modules(tests=False)
        for scope in ast.walk(parsed(path))
        if isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef | ast.If)
        for found in ast.walk(scope)
        if isinstance(found, ast.ImportFrom) and (found.module or "").split(".")[0] in OWN_PACKAGES
    ]
    assert not hidden
