"""Objects that JMESPath makes of items."""

from __future__ import annotations

from decimal import Decimal

import pytest

from workflows.items.reshaping import Unshapely, reshaped


@pytest.mark.parametrize("item", [{"a": 1}, {"a": "long" * 1000}])
def test_an_object_that_shares_its_parts_without_end_is_refused_before_it_is_written(item: object) -> None:
    with pytest.raises(Unshapely, match="too large"):
        reshaped(item, "|".join(["{a: @, b: @}"] * 100))


@pytest.mark.parametrize(
    "growing",
    [
        "to_string([@, @, @, @, @, @, @, @])",
        "join('', [@, @, @, @, @, @, @, @])",
        "[@, @, @, @][]",
        "[@, @] | [*].[@, @]",
    ],
)
def test_what_an_expression_holds_on_the_way_is_bounded_too(growing: str) -> None:
    """A short expression could else take all memory of the worker that computes it."""
    whole = "a" + f" | {growing}" * 40 + " | {length: length(to_string(@))}"
    with pytest.raises(Unshapely, match="too large"):
        reshaped({"a": "words"}, whole)


def test_two_objects_of_shared_parts_are_not_compared_for_ever() -> None:
    doubled = " | ".join(["{a: @, b: @}"] * 60)
    with pytest.raises(Unshapely, match="too large"):
        reshaped({"n": 1, "m": 1}, f"{{same: (n | {doubled}) == (m | {doubled})}}")


def test_a_large_item_is_reshaped_all_the_same() -> None:
    rows = [{"views": number, "tags": ["a", "b"]} for number in range(20_000)]
    found = reshaped(
        {"rows": rows}, "{sum: sum(rows[].views), tags: length(rows[].tags[]), big: rows[?views > `19998`]}"
    )
    assert (found["sum"], found["tags"], len(found["big"])) == (199_990_000, 40_000, 1)


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("to_string(price)", "1.50"),
        ("to_string({a: name, b: price})", '{"a":"Анна","b":1.50}'),
        ("to_string(nothing)", "null"),
        ("type(price)", "number"),
        ("sum([price, to_number(text), `0.25`])", Decimal("14.25")),
        ("to_number('7')", 7),
        ("to_number(name)", None),
    ],
)
def test_exact_fractions_are_numbers_for_functions(expression: str, found: object) -> None:
    item = {"price": Decimal("1.50"), "text": "12.5", "name": "Анна"}
    assert reshaped(item, f"{{a: {expression}}}") == {"a": found}


def test_an_object_may_share_its_parts() -> None:
    assert reshaped({"n": 1}, "{a: @, b: @}") == {"a": {"n": 1}, "b": {"n": 1}}
