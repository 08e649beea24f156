"""Expressions in real runs: what they see of earlier steps, of the run and of the project."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.executions.driving import definition, drain, items, start, status, step
from workflows import services as workflows

LOOKS_BACK = """
const source = $('source');
return items.map((item, i) => ({a: source.itemMatching(i).json.n, b: item.json.n, all: source.all().length}));
"""
GIVES = {"config": {"code": "return [{n: 1}, {n: 2}, {n: 3}]"}}


def test_an_item_finds_the_one_that_it_was_made_of(anna: Any) -> None:
    """S3-3: data of earlier steps is reached by their names, over steps that filter and sort."""
    run = start(
        anna,
        definition(
            [
                ("source", "code", GIVES),
                ("filter", "data-filter", {"config": {"conditions": [{"field": "n", "op": "gte", "value": 2}]}}),
                ("sort", "sort", {"config": {"by": [{"field": "n", "direction": "desc"}]}}),
                ("end", "code", {"config": {"code": LOOKS_BACK}}),
            ],
            [("source", "filter"), ("filter", "sort"), ("sort", "end")],
        ),
    )
    drain()

    assert status(run) == "succeeded"
    assert items(run, "end") == [{"a": 3, "b": 3, "all": 3}, {"a": 2, "b": 2, "all": 3}]


def test_variables_and_the_run_are_at_hand(anna: Any) -> None:
    workflows.create_variable(user=anna, key="shop", value={"id": 5})
    code = "return [{id: $vars.shop.id, city: $execution.inputData.city, name: $workflow.name, at: $now.isValid}]"

    run = start(anna, definition([("a", "code", {"config": {"code": code}})]), input_data={"city": "Казань"})
    drain()

    assert items(run, "a") == [{"id": 5, "city": "Казань", "name": "Test", "at": True}]


def test_a_failing_expression_fails_its_step_and_names_field_and_item(anna: Any) -> None:
    config = {"config": {"url": "{{ $json.n.big.deep }}{{ $json.n.toUpperCase() }}"}}

    run = start(anna, definition([("source", "code", GIVES), ("call", "http-request", config)], [("source", "call")]))
    drain()

    error = step(run, "call").error
    assert status(run) == "failed"
    assert error["code"] == "expression_failed"
    assert (error["details"]["field"], error["details"]["item"]) == ("url", 0)


LONG = {"config": {"code": "return [{text: 'a'}, {text: 'a'.repeat(1000000) + '!'}]"}}
LENGTH = "{{ $json.text.length + 1 }}"
PATTERN = "{{ /(a+)+$/.test($json.text) }}"


@pytest.mark.parametrize(
    ("node_type", "config", "field"),
    [
        ("set", {"fields": [{"name": "good", "value": LENGTH}, {"name": "bad", "value": PATTERN}]}, "fields[1].value"),
        ("if", {"when": PATTERN}, "when"),
        ("data-filter", {"when": PATTERN}, "when"),
        ("switch", {"choose": PATTERN}, "choose"),
        ("http-request", {"method": "POST", "body": {"size": LENGTH}, "url": f"https://a.example/{PATTERN}"}, "url"),
    ],
)
def test_a_pattern_that_backtracks_over_a_megabyte_ends_its_step_and_names_field_and_item(
    anna: Any, node_type: str, config: dict[str, Any], field: str
) -> None:
    """S29: `(a+)+$` on 1 MB: people's patterns run in the jail alone, which ends them; the step says what to mend."""
    asked = definition([("source", "code", LONG), ("ask", node_type, {"config": config})], [("source", "ask")])
    run = start(anna, asked)
    drain()

    error = step(run, "ask").error
    assert (status(run), error["code"]) == ("failed", "expression_failed")
    assert (error["details"]["field"], error["details"]["item"]) == (field, 1)
    assert "(a+)+" in str(error), "an example of what to mend"
