"""Runs that wait for each other: a circle is told only where nobody in it can come to an end."""

from __future__ import annotations

import uuid

from executions.engine.circles import For, Wait, circle_of

RUNS = {name: uuid.UUID(int=number) for number, name in enumerate("abcdef", start=1)}


def way(run: str, *waits: str) -> list[str]:
    """The circle of `run`, of waits like `a>b` (its child) and `a=b` (its place)."""
    told = [Wait(RUNS[wait[0]], RUNS[wait[2]], For.CHILD if wait[1] == ">" else For.SLOT) for wait in waits]
    signs = {For.CHILD: ">", For.SLOT: "="}
    names = {run_id: name for name, run_id in RUNS.items()}
    return [names[wait.run] + signs[wait.why] + names[wait.on] for wait in circle_of(RUNS[run], told)]


def test_a_chain_that_ends_is_no_circle():
    assert way("a") == []
    assert way("a", "a>b", "b=c") == []


def test_two_that_wait_for_each_others_places():
    assert way("a", "a>b", "b=c", "c>d", "d=a") == ["a>b", "b=c", "c>d", "d=a"]


def test_who_stands_behind_a_circle_is_told_the_way_into_it():
    assert way("e", "e=a", "a>b", "b=a") == ["e=a", "a>b", "b=a"]


def test_one_of_several_places_that_will_be_free_is_enough():
    assert way("a", "a>b", "b=a", "b=c") == []
    assert way("a", "a>b", "b=a", "b=c", "c>d", "d=c") == ["a>b", "b=a"]


def test_all_children_are_needed():
    assert way("a", "a>e", "a>b", "b=a") == ["a>b", "b=a"]
