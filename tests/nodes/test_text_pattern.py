"""The node type `text-pattern`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.nodes.context import faults, run
from workflows.javascript import Busy
from workflows.javascript.pool import pool
from workflows.node_type import Done, Permanent


def out(value: Any, operation: str, pattern: str, **config: Any) -> Any:
    outcome = run("text-pattern", {"field": "v", "operation": operation, "pattern": pattern, **config}, [{"v": value}])
    assert isinstance(outcome, Done)
    return outcome.ports["out"][0]["v"]


@pytest.mark.parametrize(
    ("operation", "pattern", "value", "expected"),
    [
        ("test", r"^\d+$", "12", True),
        ("test", r"^\d+$", "1a", False),
        ("match", r"\d+", "a12b3", "12"),
        ("match", r"(\d+)-(\d+)", "5-7", ["5", "7"]),
        ("match", r"(?<from>\d+)-(?<to>\d+)", "5-7", {"from": "5", "to": "7"}),
        ("match", r"\d", "a", None),
        ("matchAll", r"\d+", "a12b3", ["12", "3"]),
        ("matchAll", r"(\w)=(\w)", "a=b c=d", [["a", "b"], ["c", "d"]]),
        ("split", r"\s*[,;]\s*", "a , b;c", ["a", "b", "c"]),
    ],
)
def test_patterns_find(operation: str, pattern: str, value: str, expected: Any) -> None:
    assert out(value, operation, pattern) == expected


def test_patterns_replace_all() -> None:
    assert out("a1b22", "replace", r"\d+", **{"with": "<$&>"}) == "a<1>b<22>"
    assert out("Анна", "replace", "а", flags="i", **{"with": "-"}) == "-нн-"


def test_every_item_has_its_own_text_and_pattern() -> None:
    config = {"field": "v", "to": "found", "operation": "match", "pattern": "{{ $json.p }}"}
    items = [{"v": "ab", "p": "a"}, {"p": "x"}, {"v": "ab", "p": "b$"}]
    outcome = run("text-pattern", config, items)

    assert isinstance(outcome, Done)
    assert [item.get("found") for item in outcome.ports["out"]] == ["a", None, "b"]


@pytest.mark.parametrize("pattern", ["(a+)+$", "^(a+)+$", "(a|a)*$", "a*a*a*a*b", "(?:a?){60}a{60}$"])
def test_a_pattern_that_backtracks_for_ever_is_stopped(pattern: str) -> None:
    """S29: on a megabyte it cannot hang a worker: it runs out of time in the jail, and the step says what to do."""
    config = {"field": "v", "operation": "test", "pattern": pattern}
    with pytest.raises(Permanent) as failure:
        run("text-pattern", config, [{}, {"v": "short"}, {"v": "a" * 1_000_000 + "!"}])

    assert failure.value.code == "pattern_failed"
    assert failure.value.details == {"field": "pattern", "item": 2}
    assert "(a+)+" in str(failure.value.message), "an example of what to mend"


@pytest.mark.parametrize("pattern", ["(", "a{2,1}", "');throw 1;('["])
def test_a_pattern_is_data_and_no_program(pattern: str) -> None:
    """What is refused names the item of the step that it was refused for, also behind others without a text."""
    with pytest.raises(Permanent) as failure:
        run("text-pattern", {"field": "v", "operation": "test", "pattern": pattern}, [{}, {"v": "a"}])

    assert failure.value.code == "pattern_failed"
    assert failure.value.details["item"] == 1


def test_a_step_that_finds_no_process_free_has_not_failed() -> None:
    with pool().lent(), pool().lent(), pytest.raises(Busy):
        out("a", "test", "a")


def test_faults_are_named() -> None:
    assert set(faults("text-pattern", {"field": "v", "operation": "sing", "flags": "gx"})) == {
        "operation",
        "pattern",
        "flags",
    }
