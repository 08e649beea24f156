"""Templates in configs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.workflows.graphs import anything
from workflows.graph import expressions

SCOPE: dict[str, Any] = {
    "$json": {
        "a": {"b": [{"c d": Decimal("1.10")}]},
        "имя": "Анна",
        "none": None,
        "flag": True,
        "n": 7,
        "text": "{{ $json.n }}",
    },
    "$itemIndex": 3,
    "$execution": {"id": "run-1", "inputData": {"city": "Kazan"}},
    "$workflow": {"id": "w-1", "code": "WF-01", "name": "Report"},
    "$input": {"item": {"x": 1}, "all": [{"x": 1}, {"x": 2}]},
}


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ('{{ $json.a.b[0]["c d"] }}', Decimal("1.10")),
        ("{{$json.a.b[0]['c d']}}", Decimal("1.10")),
        ("{{ $json?.a?.b?.[0]?.['c d'] }}", Decimal("1.10")),
        ("{{ $json.a }}", {"b": [{"c d": Decimal("1.10")}]}),
        ("{{ $json.имя }}", "Анна"),
        ("{{ $json.missing.deep }}", None),
        ("{{ $json.none }}", None),
        ("{{ $json.flag }}", True),
        ("{{ $json.a.b.length }}", 1),
        ("{{ $itemIndex }}", 3),
        ("{{ $input.all[1].x }}", 2),
        ("{{ $execution.inputData.city }}", "Kazan"),
        ("{{ $workflow.code }}", "WF-01"),
        ("no template", "no template"),
        ("", ""),
    ],
)
def test_a_lone_template_keeps_the_type_of_what_it_finds(template: str, value: Any) -> None:
    found = expressions.render(template, SCOPE)

    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("Hello {{ $json.имя }}!", "Hello Анна!"),
        ("{{ $json.n }}{{ $itemIndex }}", "73"),
        ("is {{ $json.none }} and {{ $json.missing }}", "is  and "),
        ("{{ $json.flag }}.", "true."),
        ("sum {{ $json.a.b[0]['c d'] }}", "sum 1.10"),
        ("all {{ $input.all }}", 'all [{"x":1},{"x":2}]'),
        ("{ {$json.n} }", "{ {$json.n} }"),
    ],
)
def test_templates_inside_a_text_become_text(template: str, text: str) -> None:
    assert expressions.render(template, SCOPE) == text


def test_what_was_found_is_never_evaluated_again() -> None:
    assert expressions.render("{{ $json.text }}", SCOPE) == "{{ $json.n }}"
    assert expressions.render("> {{ $json.text }}", SCOPE) == "> {{ $json.n }}"


def test_lists_and_objects_are_rendered_inside_and_keys_are_left() -> None:
    config = {"{{ $json.n }}": ["{{ $json.n }}", {"deep": "{{ $itemIndex }}"}], "plain": 5}

    assert expressions.render(config, SCOPE) == {"{{ $json.n }}": [7, {"deep": 3}], "plain": 5}


@pytest.mark.parametrize(
    "template",
    [
        "{{ $json.a + 1 }}",
        "{{ $json.a() }}",
        "{{ $json.a-b }}",
        "{{ $node['X'].json.a }}",
        "{{ $('X').item }}",
        "{{ a.b }}",
        "{{ }}",
        "{{",
        "text {{ $json.a",
        "{{ $json[] }}",
        "{{ $json[-1] }}",
        "{{ $json..a }}",
        '{{ $json["a] }}',
        "{{ $json.a." + "b." * 300 + "c }}",
    ],
)
def test_what_is_no_path_is_named(template: str) -> None:
    (fault,) = expressions.problems({"field": [template]})

    assert fault.path == ("field", 0)
    assert fault.params["expression"] in template
    assert fault.message % fault.params


def test_every_faulty_template_is_found() -> None:
    faults = expressions.problems({"a": "{{ x }} {{ $json.ok }} {{ y }}", "b": {"c": "{{ z }}"}})

    assert [(fault.path, fault.params["expression"]) for fault in faults] == [
        (("a",), "{{ x }}"),
        (("a",), "{{ y }}"),
        (("b", "c"), "{{ z }}"),
    ]


def test_only_what_differs_between_items_varies() -> None:
    assert expressions.varies({"a": "{{ $json.x }}"})
    assert expressions.varies(["{{ $itemIndex }}"])
    assert not expressions.varies({"a": "{{ $execution.id }}", "b": "text"})


@given(st.text(alphabet="{}$json.[]\"'?\\ a0", max_size=60))
def test_any_text_is_a_template_or_a_fault(text: str) -> None:
    faults = expressions.problems(text)

    rendered = expressions.render(text, SCOPE)
    if faults:
        assert all(fault.params["expression"] in text for fault in faults)
    elif "{{" not in text:
        assert rendered == text


@given(anything, anything)
def test_any_config_renders_over_any_item(config: Any, item: Any) -> None:
    expressions.render(config, {**SCOPE, "$json": item})
    assert isinstance(expressions.problems(config), list)
