"""The node type `text`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.nodes.context import faults, run
from workflows.node_type import Done, Permanent


def out(value: Any, operation: str, **config: Any) -> Any:
    outcome = run("text", {"field": "v", "operation": operation, **config}, [{"v": value}])
    assert isinstance(outcome, Done)
    return outcome.ports["out"][0]["v"]


@pytest.mark.parametrize(
    ("operation", "value", "config", "expected"),
    [
        ("trim", "  a ", {}, "a"),
        ("upper", "ёж", {}, "ЁЖ"),
        ("lower", "ЁЖ", {}, "ёж"),
        ("capitalize", "ёж", {}, "Ёж"),
        ("replace", "a.b.c", {"find": ".", "with": "-"}, "a-b-c"),
        ("split", "a,b", {}, ["a", "b"]),
        ("split", " a  b ", {"separator": ""}, ["a", "b"]),
        ("join", ["a", 1, None], {"separator": ";"}, "a;1;"),
        ("join", "a", {}, "a"),
        ("pad", 7, {"length": 3, "fill": "0", "side": "start"}, "007"),
        ("pad", "a", {"length": 3}, "a  "),
        ("truncate", "abcdef", {"length": 4}, "abc…"),
        ("truncate", "abcd", {"length": 4}, "abcd"),
        ("between", "id=7;n", {"start": "id=", "end": ";"}, "7"),
        ("between", "id=7", {"start": "="}, "7"),
        ("between", "id", {"start": "="}, None),
        ("hash", "a", {"algorithm": "md5"}, "0cc175b9c0f1b6a831c399e269772661"),
        ("toBase64", "я", {}, "0Y8="),
        ("fromBase64", "0Y8=", {}, "я"),
        ("toUrl", "a b/я", {}, "a%20b%2F%D1%8F"),
        ("fromUrl", "a%20b", {}, "a b"),
    ],
)
def test_texts_are_changed(operation: str, value: Any, config: dict[str, Any], expected: Any) -> None:
    assert out(value, operation, **config) == expected


@pytest.mark.parametrize(
    ("operation", "value"),
    [("fromBase64", "?"), ("fromBase64", "//8="), ("fromUrl", "%ff"), ("upper", "x" * 5_000_001)],
)
def test_what_cannot_be_changed_is_told(operation: str, value: str) -> None:
    with pytest.raises(Permanent):
        out(value, operation)


def test_a_replacement_cannot_swell_without_end() -> None:
    with pytest.raises(Permanent) as failure:
        out("a" * 1000, "replace", find="a", **{"with": "b" * 10_000})

    assert failure.value.code == "too_large"


def test_faults_are_named() -> None:
    assert set(faults("text", {"operation": "sing", "field": "v", "length": 0})) == {"operation", "length"}
    assert faults("text", {"operation": "replace", "field": "v"})
