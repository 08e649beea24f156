"""Expressions tried on data, and repairs of what is being drawn, over the API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration import runs
from tests.integration.executions import driving

pytestmark = pytest.mark.django_db(transaction=True)

NODES = {"Товары": [{"price": 10}, {"price": 20}]}


@pytest.fixture
def address() -> str:
    return f"/api/v1/workflows/{runs.workflow(runs.person()).pk}"


def previewed(address: str, text: str, **sample: Any) -> dict[str, Any]:
    answer = runs.client(runs.person("editor")).post(f"{address}/preview", {"text": text, **sample}, format="json")
    assert answer.status_code == 200, answer.json()
    shown: dict[str, Any] = answer.json()
    return shown


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("{{ $json.n }}", "number", "2"),
        ("{{ $json.n * 21 }}", "number", "42"),
        ("всего {{ $json.n }} шт.", "string", "всего 2 шт."),
        ("{{ $('Товары').item.json.price }}", "number", "20"),
        ("{{ $('Товары').all().length }}", "number", "2"),
        ("{{ $input.first().json.n }}", "number", "1"),
        ("{{ $execution.inputData.who }}", "string", "anna"),
        ("{{ $json.missing }}", "null", "null"),
    ],
)
def test_an_expression_is_shown_with_what_it_gives_on_real_data(address: str, text: str, kind: str, value: str):
    shown = previewed(address, text, items=[{"n": 1}, {"n": 2}], index=1, nodes=NODES, inputData={"who": "anna"})
    assert shown == {"text": value, "kind": kind, "isCut": False, "error": None}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ $json.n", "не закрыто"),
        ("{{ $json.n + }}", "выражение не вычислено"),
        ("{{ nothing.here }}", "выражение не вычислено"),
        ("{{ $('Никого').item.json.x }}", "Данных узла «Никого» нет"),
        ("{{ (() => { while (true) {} })() }}", "слишком долго"),
        ("{{ this.constructor.constructor('return process')().env }}", "выражение не вычислено"),
    ],
)
def test_what_is_wrong_with_an_expression_stands_by_it(address: str, text: str, said: str):
    """Also here programs are evaluated in the jail and nowhere else."""
    assert said in previewed(address, text, items=[{"n": 1}])["error"]


def test_repairs_are_proposed_for_what_is_only_drawn():
    user = runs.person()
    made = runs.workflow(user)
    nodes: list[Any] = [("a", "trigger-manual"), ("b", "set"), ("lost", "set"), ("save", "save-error")]
    raw = driving.definition(nodes, [("a", "b"), ("a", "save")])
    for place, node in enumerate(raw["nodes"]):
        node["position"]["x"] = 300 * place
    answer = runs.client(user).post(f"/api/v1/workflows/{made.pk}/proposals", {"definition": raw}, format="json")
    assert answer.status_code == 200
    found = {one["code"]: one for one in answer.json()}
    assert found["no_incoming"]["nodeId"] == "lost"
    assert [(edge["source"], edge["target"]) for edge in found["no_incoming"]["edges"]] == [("b", "lost")]
    told = found["save_error_without_notification"]
    assert [node["type"] for node in told["nodes"]] == ["notify"]
    assert told["edges"][0]["source"] == "save"
