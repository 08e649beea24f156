"""The broken engines stay what they are while the engine changes: each fault still has its place, and its judges."""

from __future__ import annotations

import ast

import pytest

from tests.architecture.tree import ROOT, parsed
from tests.mutations import of_more_threats, of_our_own, of_the_design, of_the_threats
from tests.mutations.mutant import Mutant

OF_THE_THREATS = (*of_the_threats.FAULTS, *of_more_threats.FAULTS)
MUTANTS = (*of_the_design.FAULTS, *of_our_own.FAULTS, *OF_THE_THREATS)
each = pytest.mark.parametrize("mutant", [pytest.param(mutant, id=mutant.name) for mutant in MUTANTS])


def test_there_are_those_that_the_design_names_and_as_many_of_our_own():
    assert len(of_the_design.FAULTS) >= 13
    assert len(of_our_own.FAULTS) >= 13
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)


def test_every_row_of_the_table_of_threats_has_a_fault():
    assert {int(mutant.name[1:3]) for mutant in OF_THE_THREATS} == set(range(1, 42))


@each
def test_the_fault_can_be_put_into_the_engine_as_it_is(mutant: Mutant):
    broken = mutant.applied((ROOT / mutant.file).read_text())
    if mutant.file.endswith(".py"):
        assert ast.dump(ast.parse(broken)) != ast.dump(parsed(ROOT / mutant.file))


@each
def test_its_judges_are_there(mutant: Mutant):
    for killer in mutant.killers:
        file, _colons, name = killer.partition("::")
        defined = {node.name for node in ast.walk(parsed(ROOT / file)) if isinstance(node, ast.FunctionDef)}
        assert name in defined
