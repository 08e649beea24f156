"""`dev.py requirements`: writes into docs/requirements.md which tests show which requirement.

A test names what it shows in its docstring: `S3-5`, `X-1`, or `R2-5`, which may also be written "Part 2, row 5".
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from devtools import console
from devtools.bootstrap import ROOT

DOCUMENT: Final = ROOT / "docs" / "requirements.md"
TESTS: Final = ROOT / "tests"
NUMBER: Final = re.compile(r"\b(?:S[0-4]|X|R[23])-\d+\b")
ROW_OF_A_PART: Final = re.compile(r"\b[Pp]art ([23]),? (?:rows? )?(\d+)")
ROW: Final = re.compile(r"^\| (?P<number>(?:S\d|X|R\d)-\d+) \| (?P<title>[^|]+) \|(?P<shown>[^|]*)\|$", re.MULTILINE)
NAMED: Final = 5
"""So many tests of one requirement are named."""


def requirements(arguments: Sequence[str]) -> int:
    """Write the third column anew. Returns 1 while a requirement has no test."""
    found = shown(TESTS)
    text = DOCUMENT.read_text(encoding="utf-8")
    DOCUMENT.write_text(ROW.sub(lambda row: _row(row, found), text), encoding="utf-8")
    bare = [row["number"] for row in ROW.finditer(text) if row["number"] not in found]
    console.say(f"no test shows: {', '.join(bare)}" if bare else "every requirement is shown by a test")
    return 1 if bare else 0


def shown(folder: Path) -> Mapping[str, list[str]]:
    """By number of a requirement: the tests that name it, as `file::test`, the files below `folder`."""
    found = defaultdict(list)
    for path in sorted(folder.rglob("test_*.py")):
        for test in _tests(path):
            for number in numbers(ast.get_docstring(test) or ""):
                found[number].append(f"{path.relative_to(folder).as_posix()}::{test.name}")
    return found


def numbers(docstring: str) -> set[str]:
    """The requirements that a docstring names."""
    rows = {f"R{part}-{row}" for part, row in ROW_OF_A_PART.findall(docstring)}
    return rows | set(NUMBER.findall(docstring))


def _tests(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield node


def _row(row: re.Match[str], found: Mapping[str, list[str]]) -> str:
    tests = found.get(row["number"], [])
    cell = "<br>".join(f"`{test}`" for test in tests[:NAMED])
    if len(tests) > NAMED:
        cell += f"<br>and {len(tests) - NAMED} more"
    return f"| {row['number']} | {row['title']} | {cell} |"
