"""The node type `json`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.nodes.context import faults, run
from workflows.node_type import Done, Permanent


def out(config: dict[str, Any], items: list[Any]) -> Any:
    outcome = run("json", config, items)
    assert isinstance(outcome, Done)
    return outcome.ports["out"]


def test_a_text_is_read_with_every_digit() -> None:
    assert out({"field": "body"}, [{"body": '{"sum": 0.10}'}]) == [{"body": {"sum": Decimal("0.10")}}]


def test_a_value_is_written() -> None:
    assert out({"field": "a", "to": "b.text", "mode": "write"}, [{"a": [1, "я"]}]) == [
        {"a": [1, "я"], "b": {"text": '[1,"я"]'}}
    ]


def test_what_is_not_there_or_read_already_stays() -> None:
    items = [{}, {"body": None}, {"body": {"n": 1}}]
    assert out({"field": "body"}, items) == items


@pytest.mark.parametrize("text", ["{", "NaN", "[" * 1000 + "]" * 1000, '{"a": 1, "a": 2}'])
def test_what_is_no_json_is_the_items_fault(text: str) -> None:
    with pytest.raises(Permanent) as failure:
        out({"field": "body"}, [{"body": "1"}, {"body": text}])

    assert (failure.value.code, failure.value.details["item"], failure.value.details["field"]) == (
        "unreadable",
        1,
        "body",
    )


def test_a_huge_text_is_refused() -> None:
    with pytest.raises(Permanent) as failure:
        out({"field": "body"}, [{"body": " " * 5_000_001}])

    assert failure.value.code == "too_large"


def test_a_place_that_cannot_be_written_is_named() -> None:
    with pytest.raises(Permanent) as failure:
        out({"field": "a", "to": "b.c"}, [{"a": "1", "b": 5}])

    assert failure.value.code == "field_unwritable"


def test_faults_are_named() -> None:
    assert set(faults("json", {"mode": "guess", "to": "a[0]"})) == {"field", "mode", "to"}
