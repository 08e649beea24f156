"""What a test of a node runs, and what it takes as given."""

from __future__ import annotations

from typing import Any

import pytest

from workflows.graph.trial import Cut, NothingBefore, cut_out


def drawn(*edges: tuple[str, str], **types: str) -> dict[str, Any]:
    names = dict.fromkeys(name for edge in edges for name in edge)
    return {
        "nodes": [{"id": name, "type": types.get(name, "noop")} for name in names],
        "edges": [{"id": f"e{place}", "source": one, "target": other} for place, (one, other) in enumerate(edges)],
        "settings": {"concurrency": {"limit": 1}, "deadlineSeconds": 60},
        "notes": [{"text": "kept"}],
    }


def cut(raw: dict[str, Any], target: str, *pinned: str, alone: bool = False) -> Cut:
    given = {name: {"out": [{"of": name}]} for name in pinned}
    return cut_out(raw, target, given, starts=lambda kind: kind.startswith("trigger"), alone=alone)


def edges(found: Cut) -> set[tuple[str, str]]:
    return {(edge["source"], edge["target"]) for edge in found.definition["edges"]}


CHAIN = drawn(("a", "b"), ("b", "c"), ("c", "d"))


def test_up_to_a_node_runs_all_that_leads_to_it_and_nothing_behind_it():
    found = cut(CHAIN, "c")
    assert found.runs == {"a", "b", "c"}
    assert found.pins == {}
    assert edges(found) == {("a", "b"), ("b", "c")}


def test_what_lies_before_a_pinned_node_does_not_run():
    found = cut(CHAIN, "d", "b")
    assert found.runs == {"c", "d"}
    assert set(found.pins) == {"b"}
    assert edges(found) == {("b", "c"), ("c", "d")}


def test_the_tested_node_itself_runs_although_it_is_pinned():
    assert cut(CHAIN, "b", "b").runs == {"a", "b"}


def test_alone_takes_everything_known_before_it_so_that_expressions_find_it():
    found = cut(CHAIN, "d", "a", "b", "c", alone=True)
    assert found.runs == {"d"}
    assert set(found.pins) == {"a", "b", "c"}
    assert edges(found) == {("a", "b"), ("b", "c"), ("c", "d")}


def test_alone_without_items_for_it_names_the_nodes_that_should_have_them():
    with pytest.raises(NothingBefore) as caught:
        cut(CHAIN, "d", "a", alone=True)
    assert caught.value.nodes == ["c"]


def test_of_several_triggers_the_one_that_is_started_by_hand_begins():
    raw = drawn(("hook", "x"), ("hand", "y"), ("x", "z"), ("y", "z"), hook="trigger-webhook", hand="trigger-manual")
    found = cut(raw, "z")
    assert found.runs == {"hand", "y", "z"}
    assert edges(found) == {("hand", "y"), ("y", "z")}


def test_a_pinned_trigger_is_the_one_that_begins():
    raw = drawn(("hook", "z"), ("hand", "z"), hook="trigger-webhook", hand="trigger-manual")
    found = cut(raw, "z", "hook")
    assert found.runs == {"z"}
    assert edges(found) == {("hook", "z")}


def test_a_test_waits_for_nobody_and_keeps_what_it_does_not_know():
    found = cut(CHAIN, "b").definition
    assert found["settings"] == {"deadlineSeconds": 60}
    assert found["notes"] == [{"text": "kept"}]


def test_a_loop_back_is_run_as_a_whole():
    found = cut(drawn(("a", "b"), ("b", "c"), ("c", "b"), ("c", "d")), "c")
    assert edges(found) == {("a", "b"), ("b", "c"), ("c", "b")}
