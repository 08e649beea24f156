"""Every row of the table of threats has its proof, or says openly that it has none."""

from __future__ import annotations

import ast
import re

import pytest

from tests.architecture.tree import ROOT, modules, parsed
from tests.security.proofs import OPEN, PROOFS

ROWS = range(1, 42)


def tagged() -> set[int]:
    """Rows that some test names at the beginning of its docstring."""
    found: set[int] = set()
    for path in modules(tests=True):
        if path.name.startswith("test_"):
            for node in ast.walk(parsed(path)):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                    head, colon, _rest = (ast.get_docstring(node) or "").partition(":")
                    found |= {int(row) for row in re.findall(r"\bS(\d+)\b(?!-)", head)} if colon else set()
    return found


def test_every_row_has_a_test_or_stands_in_the_list_of_what_is_open() -> None:
    """Nothing of the table is forgotten, and nothing that is proved is called open."""
    proved = tagged() | set(PROOFS)
    assert set(ROWS) - proved == set(OPEN)


@pytest.mark.parametrize("row", PROOFS)
def test_a_proof_that_stands_elsewhere_is_there(row: int) -> None:
    for proof in PROOFS[row]:
        file, _, name = proof.partition("::")
        names = {node.name for node in ast.walk(parsed(ROOT / file)) if isinstance(node, ast.FunctionDef)}
        assert name in names, proof
