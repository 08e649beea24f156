"""The node type `data-transform`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.nodes.context import StandaloneContext, faults, run
from workflows import catalogue
from workflows.node_type import Done, Permanent


def one(config: dict[str, Any], item: dict[str, Any]) -> Any:
    outcome = run("data-transform", config, [item])
    assert isinstance(outcome, Done)
    return outcome.ports["out"][0]


def test_everything_is_done_in_its_order() -> None:
    """S3-15: compute, rename, cast, pick and drop."""
    config = {
        "compute": [{"name": "title", "value": "{{ $json.brand }} {{ $json.name }}"}],
        "rename": [{"field": "goods[0].price", "to": "price"}],
        "casts": [{"field": "price", "to": "number"}],
        "pick": ["title", "price", "brand"],
        "drop": ["brand"],
    }

    assert one(config, {"brand": "A", "name": "B", "goods": [{"price": "1.50"}]}) == {
        "title": "A B",
        "price": Decimal("1.50"),
    }


def test_every_item_is_computed_from_itself() -> None:
    config = {"compute": [{"name": "copy.n", "value": "{{ $json.n }}"}]}

    assert run("data-transform", config, [{"n": 1}, {"n": None}, {}]) == Done(
        {"out": [{"n": 1, "copy": {"n": 1}}, {"n": None, "copy": {"n": None}}, {"copy": {"n": None}}]}
    )


@pytest.mark.parametrize(
    ("policy", "expected"), [({}, {"n": None}), ({"onFault": "null"}, {"n": None}), ({"onFault": "keep"}, {"n": "x"})]
)
def test_the_policy_says_what_becomes_of_what_cannot_be_cast(policy: dict[str, str], expected: Any) -> None:
    assert one({"casts": [{"field": "n", "to": "integer", **policy}]}, {"n": "x"}) == expected


def test_a_cast_may_fail_the_step() -> None:
    config = {"casts": [{"field": "n", "to": "integer", "onFault": "fail"}]}

    with pytest.raises(Permanent) as failure:
        run("data-transform", config, [{"n": 1}, {"n": "x"}])

    assert failure.value.code == "cast_failed"
    assert failure.value.details == {"field": "n", "item": 1, "to": "integer"}


def test_a_missing_field_is_neither_cast_nor_renamed() -> None:
    config = {"rename": [{"field": "a", "to": "b"}], "casts": [{"field": "n", "to": "string"}]}

    assert one(config, {"x": 1}) == {"x": 1}


def test_the_log_counts_what_could_not_be_cast() -> None:
    config = {"casts": [{"field": "n", "to": "number"}]}
    context = StandaloneContext(catalogue.get("data-transform"), config, [{"n": "x"}, {"n": 1}, {"n": "y"}])

    catalogue.get("data-transform").run(context)

    assert context.log.texts("warning") == ["«n»: значений, которые не подошли к типу: 2"]


@pytest.mark.parametrize(
    "config",
    [{"compute": [{"name": "a.b", "value": 1}]}, {"rename": [{"field": "x", "to": "a.b"}]}],
)
def test_a_field_inside_a_number_is_refused_by_name(config: dict[str, Any]) -> None:
    with pytest.raises(Permanent) as failure:
        run("data-transform", config, [{"a": 5, "x": 1}])

    assert failure.value.details == {"field": "a.b", "item": 0}


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({}, "config"),
        ({"rename": [{"field": "a"}]}, "rename[0].to"),
        ({"casts": [{"field": "a", "to": "money"}]}, "casts[0].to"),
        ({"casts": [{"field": "a[0]", "to": "number"}]}, "casts[0].field"),
        ({"compute": [{"name": "a[0]", "value": 1}]}, "compute[0].name"),
        ({"compute": [{"name": "a"}]}, "compute[0].value"),
        ({"pick": ["a[0]"]}, "pick[0]"),
        ({"drop": ["a["]}, "drop[0]"),
    ],
)
def test_faults_are_named_with_their_place(config: dict[str, Any], field: str) -> None:
    assert field in faults("data-transform", config)


def test_an_item_is_reshaped_first() -> None:
    """S3-15: transform."""
    config = {
        "reshape": "{id: nmId, names: cards[?sum > `1`].name, total: sum(cards[].sum)}",
        "rename": [{"field": "id", "to": "goodId"}],
    }
    item = {"nmId": 5, "cards": [{"name": "a", "sum": Decimal("0.10")}, {"name": "b", "sum": Decimal("2.20")}]}

    assert run("data-transform", config, [item]) == Done(
        {"out": [{"goodId": 5, "names": ["b"], "total": Decimal("2.30")}]}
    )


@pytest.mark.parametrize("expression", ["name", "length(n)", "sum(name)"])
def test_a_reshaping_that_fails_is_the_items_fault(expression: str) -> None:
    with pytest.raises(Permanent) as failure:
        run("data-transform", {"reshape": expression}, [{"name": "a", "n": 1}])

    assert (failure.value.code, failure.value.details["item"]) == ("reshape_failed", 0)


@pytest.mark.parametrize("expression", ["{", "a[", "x" * 2001, "nothing_like_it(a)("])
def test_an_expression_that_is_none_is_a_fault(expression: str) -> None:
    assert set(faults("data-transform", {"reshape": expression})) == {"reshape"}
