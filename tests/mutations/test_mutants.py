"""The broken engines stay what they are while the engine changes: each fault still has its place, and its judges."""

from __future__ import annotations

import ast

import pytest

from tests.architecture.tree import ROOT, parsed
from tests.mutations import of_our_own, of_the_design
from tests.mutations.mutant import Mutant

MUTANTS = (*of_the_design.FAULTS, *of_our_own.FAULTS)
each = pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)


def test_there_are_those_that_the_design_names_and_as_many_of_our_own():
    assert len(of_the_design.FAULTS) >= 13
    assert len(of_our_own.FAULTS) >= 13
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)


@each
def test_the_fault_can_be_put_into_the_engine_as_it_is(mutant: Mutant):
    assert ast.dump(ast.parse(mutant.applied((ROOT / mutant.file).read_text()))) != ast.dump(parsed(ROOT / mutant.file))


@each
def test_its_judges_are_there(mutant: Mutant):
    for killer in mutant.killers:
        file, _colons, name = killer.partition("::")
        defined = {node.name for node in ast.walk(parsed(ROOT / file)) if isinstance(node, ast.FunctionDef)}
        assert name in defined
