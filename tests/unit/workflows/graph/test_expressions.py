"""Templates in configs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.workflows.graphs import anything
from workflows.graph import expressions
from workflows.items.outputs import Seen, Shared, Unresolved

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
    "$vars": {"shop": {"id": 5}},
    expressions.INPUT: Seen(Shared([{"x": 1}, {"x": 2}]), 1),
    expressions.NODES: {
        "Первый узел": Seen(Shared([{"y": Decimal("2.50")}, {"y": 3}], "Первый узел"), 0),
        "lost": Seen(Shared([{"y": 1}, {"y": 2}], "lost"), None, 1),
        "One": Seen(Shared([{"y": 1}], "One"), None, 7),
    },
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
        ("{{ $input.all()[1].json.x }}", 2),
        ("{{ $input.item.json.x }}", 2),
        ("{{ $input.first().json.x }}", 1),
        ("{{ $input.last().json.x }}", 2),
        ("{{ $('Первый узел').item.json.y }}", Decimal("2.50")),
        ('{{ $("Первый узел").last().json.y }}', 3),
        ('{{ $node["Первый узел"].json["y"] }}', Decimal("2.50")),
        ("{{ $node.One.json.y }}", 1),
        ("{{ $('One').item.json.y }}", 1),
        ('{{ $node["lost"].json.y }}', 2),
        ("{{ $vars.shop.id }}", 5),
        ("{{ $json.n; }}", 7),
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
        ("all {{ $input.all() }}", 'all [{"json":{"x":1}},{"json":{"x":2}}]'),
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
    ("template", "source"),
    [
        ("{{ $json.a + 1 }}", "$json.a + 1"),
        ("{{ $json.a() }}", "$json.a()"),
        ("{{ {a: {b: 1}} }}", "{a: {b: 1}}"),
        ("{{ '}}' + $json.a }}", "'}}' + $json.a"),
        ("{{ `${$json.a}}}` }}", "`${$json.a}}}`"),
        ("{{ /[{]/.test($json.a) }}", "/[{]/.test($json.a)"),
        ("{{ $now }}", "$now"),
        ("{{ $('X').all().length }}", None),
        ("{{ $('X').all().map(one => one.json.a) }}", "$('X').all().map(one => one.json.a)"),
        ("{{ $json.a." + "b." * 300 + "c }}", "$json.a." + "b." * 300 + "c"),
    ],
)
def test_what_is_more_than_a_path_is_a_script(template: str, source: str | None) -> None:
    assert expressions.problems(template) == []
    assert list(expressions.scripts({"field": [template]})) == ([] if source is None else [source])


def test_the_values_of_scripts_are_put_in_their_places() -> None:
    scope = {**SCOPE, expressions.VALUES: {"1 + 1": 2, "$json.n > 5": True}}

    assert expressions.render("{{ 1 + 1 }}", scope) == 2
    assert expressions.render("is {{ $json.n > 5 }}, {{ $json.n }}", scope) == "is true, 7"


@pytest.mark.parametrize(
    "template", ["{{ }}", "{{", "text {{ $json.a", "{{ $nothing.a }}", "{{ '" + "x" * 4000 + "' }}"]
)
def test_what_is_no_expression_is_named(template: str) -> None:
    (fault,) = expressions.problems({"field": [template]})

    assert fault.path == ("field", 0)
    assert fault.params["expression"] in template
    assert fault.message % fault.params


def test_every_faulty_template_is_found() -> None:
    faults = expressions.problems({"a": "{{ }} {{ $json.ok }} {{ $x }}", "b": {"c": "{{ $y }}"}})

    assert [(fault.path, fault.params["expression"]) for fault in faults] == [
        (("a",), "{{ }}"),
        (("a",), "{{ $x }}"),
        (("b", "c"), "{{ $y }}"),
    ]


@pytest.mark.parametrize("template", ["{{ $('nobody').item.json.a }}", "{{ $('lost').item.json.y }}"])
def test_a_path_that_leads_nowhere_definite_is_refused_and_not_guessed(template: str) -> None:
    with pytest.raises(Unresolved) as refusal:
        expressions.render(template, SCOPE)

    assert refusal.value.params["node"] in template


@pytest.mark.parametrize("beginning", ["{{ {{{{ }}", "{{ \\' }}"])
def test_a_text_full_of_beginnings_without_ends_is_read_in_bearable_time(beginning: str) -> None:
    count = 5_000

    assert len(expressions.template(beginning * count).parts) > count // 10


def test_what_a_config_asks_for_is_read_from_its_texts() -> None:
    config = {"a": "{{ $('Ad \\'s').item.json.x }} {{ $node[\"B\"].json }}", "b": "{{ $items('C').length + $vars.n }}"}
    config["code"] = "return $('D').all() // {{"

    needs = expressions.needs(config, {"code"})

    assert needs.nodes == {"Ad 's", "B", "C", "D"}
    assert "$vars" in needs.names
    assert expressions.problems(config, {"code"}) == []


def test_only_what_differs_between_items_varies() -> None:
    assert expressions.varies({"a": "{{ $json.x }}"})
    assert expressions.varies(["{{ $itemIndex }}"])
    assert not expressions.varies({"a": "{{ $execution.id }}", "b": "text"})


@given(st.text(alphabet="{}$json.[]\"'?\\ a0", max_size=60))
def test_any_text_is_a_template_or_a_fault(text: str) -> None:
    faults = expressions.problems(text)

    sources = dict.fromkeys(expressions.scripts(text), 1)
    rendered = expressions.render(text, {**SCOPE, expressions.VALUES: sources})
    if faults:
        assert all(fault.params["expression"] in text for fault in faults)
    elif "{{" not in text:
        assert rendered == text


@given(anything, anything)
def test_any_config_renders_over_any_item(config: Any, item: Any) -> None:
    sources = dict.fromkeys(expressions.scripts(config), 1)
    expressions.render(config, {**SCOPE, "$json": item, expressions.VALUES: sources})
    assert isinstance(expressions.problems(config), list)
