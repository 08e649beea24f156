"""The files of the repository, as the tests of this folder read them."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
OWN_PACKAGES = ("config", "executions", "workflows", "tickets", "integrations", "accounts", "devtools", "bench")


@cache
def files() -> tuple[Path, ...]:
    """Every file that is or would be committed."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(path for line in listed.splitlines() if (path := ROOT / line).is_file())


def modules(*, tests: bool = True) -> Iterator[Path]:
    """Python files that people write."""
    for path in files():
        parts = path.relative_to(ROOT).parts
        if path.suffix == ".py" and "migrations" not in parts and (tests or parts[0] != "tests"):
            yield path


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))
