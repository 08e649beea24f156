"""Circles in graphs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from workflows.graph.cycles import cycles


def test_a_long_row_is_walked_without_recursion() -> None:
    assert cycles({str(i): [str(i + 1)] if i < 9_999 else [] for i in range(10_000)}) == []


def test_a_node_that_leads_to_itself_is_no_group() -> None:
    assert cycles({"a": ["a"]}) == []


@given(st.dictionaries(st.integers(0, 7), st.lists(st.integers(0, 7), max_size=4)))
def test_groups_are_exactly_the_nodes_that_reach_one_another(edges: dict[int, list[int]]) -> None:
    successors = {str(i): [str(target) for target in edges.get(i, [])] for i in range(8)}

    groups = cycles(successors)

    reach = {start: _reachable(start, successors) for start in successors}
    together = {frozenset({start, *(other for other in reach[start] if start in reach[other])}) for start in successors}
    assert {frozenset(group) for group in groups} == {group for group in together if len(group) > 1}


def _reachable(start: str, successors: dict[str, list[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        for following in successors[waiting.pop()]:
            if following not in found:
                found.add(following)
                waiting.append(following)
    return found
