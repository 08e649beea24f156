"""Every kind of event of the seed: event in, chain ran, outcome; and for each that can be made, a test of its cause."""

from __future__ import annotations

import ast
from functools import cache
from typing import Any

import pytest
from django.test import Client

from integrations import event_types
from integrations.event_types import Kind
from tests.architecture.tree import ROOT
from tests.integration.executions import driving
from tests.integration.reacting import bullets
from tests.integration.reacting.scenes import deliver, done, listener_of, listening, outcomes, runs_of

TOLD = [name for bullet in bullets.ALL if bullet.test == bullets.OUTSIDE for name in bullet.events]


@cache
def functions_of(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text())
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_the_table_holds_all_bullets_of_the_seed_in_its_six_groups() -> None:
    """S2-2, S2-5: 15, 7, 8, 4, 4 and 11 bullets."""
    assert [len(group) for group in bullets.GROUPS] == [15, 7, 8, 4, 4, 11]
    assert len({bullet.words for bullet in bullets.ALL}) == 49


@pytest.mark.parametrize("number", range(1, 50))
def test_a_bullet_has_its_types_and_a_test_that_makes_its_cause(number: int) -> None:
    """S2-5: every entry has a test that fires it; one that is not told from outside has its cause made."""
    bullet = bullets.ALL[number - 1]
    for name in bullet.events:
        assert number in event_types.get(name).bullets
    path, _colons, test = bullet.test.partition("::")
    assert test in functions_of(path)
    if bullet.test == bullets.OUTSIDE:
        assert {event_types.get(name).kind for name in bullet.events} <= {Kind.PUSH, Kind.DERIVED}


def test_no_type_claims_a_bullet_that_the_table_does_not_give_it() -> None:
    given = {(name, number) for number, bullet in enumerate(bullets.ALL, 1) for name in bullet.events}
    assert {(one.code, number) for one in event_types.ALL.values() for number in one.bullets} == given


@pytest.mark.parametrize("name", TOLD)
def test_what_another_system_tells_starts_its_chain(anna: Any, name: str) -> None:
    """S2-1, S2-2, S2-4: told over a webhook, each starts several chains, is kept once, and a repeat starts nothing."""
    known = event_types.get(name)
    own = listening(anna, "trigger-webhook", proof="none", event=name)
    also = listening(anna, event=name)
    address = f"/hooks/{listener_of(own).address}"
    headers = {"idempotency-key": "delivery-1"}
    first, again = (
        Client().post(address, known.sample(), content_type="application/json", headers=headers) for _time in range(2)
    )
    assert (first.status_code, first.json()["duplicate"]) == (202, False), first.content
    assert again.json() == {**first.json(), "duplicate": True}
    deliver()
    driving.drain()
    (called,), (heard,) = runs_of(own), runs_of(also)
    assert done(called)["body"] == known.sample()
    assert (done(heard)["event"], done(heard)["payload"]) == (name, known.sample())
    assert outcomes(own) == outcomes(also) == ["started"]
