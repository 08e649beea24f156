from __future__ import annotations

import json
import uuid
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import strategies as st

from integrations.safe_json import Decoder, Encoder, UnsafeJSON, check, dumps, loads


class Named(NamedTuple):
    text: str
    number: int


# S28: what must never come in, and what it is called.
HOSTILE: list[tuple[str | bytes, str]] = [
    (b"", "not_json"),
    (b" ", "not_json"),
    (b"{", "not_json"),
    (b"[1,]", "not_json"),
    (b'{"a":1,}', "not_json"),
    (b"{'a':1}", "not_json"),
    (b"{a:1}", "not_json"),
    (b"[1] [2]", "not_json"),
    (b"undefined", "not_json"),
    (b"01", "not_json"),
    (b"+1", "not_json"),
    (b"0x10", "not_json"),
    (b".5", "not_json"),
    (b'"\n"', "not_json"),
    (b'"\\x41"', "not_json"),
    (b'"abc', "not_json"),
    (b"\xef\xbb\xbf{}", "not_json"),
    (b"/* c */ {}", "not_json"),
    (b"[" * 65 + b'"' + b'\\"' * 100_000, "not_json"),
    (b'"\xff"', "not_utf8"),
    (b"\xff\xfe{\x00}\x00", "not_utf8"),
    (b'"\xed\xa0\x80"', "not_utf8"),
    (b'"\xc0\xaf"', "not_utf8"),
    (b'"a\x00b"', "nul_character"),
    (b'"a\\u0000b"', "nul_character"),
    (b'{"a\\u0000":1}', "nul_character"),
    (b'[{"deep":["\\u0000"]}]', "nul_character"),
    (b'"\\ud800"', "lone_surrogate"),
    (b'"\\udc00\\ud800"', "lone_surrogate"),
    (b'{"\\uDBFF":1}', "lone_surrogate"),
    ('"\ud800"', "lone_surrogate"),
    (b"NaN", "not_a_number"),
    (b"[-Infinity]", "not_a_number"),
    (b'{"a":Infinity}', "not_a_number"),
    (b"1e400", "number_out_of_range"),
    (b"-1E+999999999", "number_out_of_range"),
    (b"1e-400", "number_out_of_range"),
    (b"9223372036854775808", "number_out_of_range"),
    (b"[-9223372036854775809]", "number_out_of_range"),
    (b'{"a":' + b"9" * 5000 + b"}", "number_out_of_range"),
    (b"0." + b"1" * 5000, "number_out_of_range"),
    (b'{"a":1,"a":2}', "duplicate_key"),
    (b'[{"a":{"b":1,"\\u0062":2}}]', "duplicate_key"),
    (b"[" * 65 + b"]" * 65, "too_deep"),
    (b"[" * 5_000 + b"]" * 5_000, "too_deep"),
    (b'{"a":' * 5_000 + b"1" + b"}" * 5_000, "too_deep"),
    (b"[" * 5_000, "too_deep"),
    (b"[" + b"1," * 1_000_000 + b"1]", "too_many_elements"),
    (b"[" + b"[]," * 1_000_000 + b"1]", "too_many_elements"),
]


@pytest.mark.parametrize(("document", "reason"), HOSTILE, ids=lambda value: str(value)[:24])
def test_a_hostile_document_is_refused_by_name(document: str | bytes, reason: str):
    with pytest.raises(UnsafeJSON) as caught:
        loads(document)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("document", "value"),
    [
        (b"null", None),
        (b' {"a": [1, true, "x"]} ', {"a": [1, True, "x"]}),
        ('{"имя":"Ёж"}', {"имя": "Ёж"}),
        (b'"\\ud83d\\ude00"', "😀"),
        (b'"\\\\u0000"', "\\u0000"),
        (b"9223372036854775807", 2**63 - 1),
        (b"-9223372036854775808", -(2**63)),
        (b"0e999", Decimal("0E+999")),
        (b"1.10", Decimal("1.10")),
        (b"[" * 64 + b"]" * 64, json.loads("[" * 64 + "]" * 64)),
    ],
)
def test_an_honest_document_is_read_as_it_is(document: str | bytes, value: Any):
    assert loads(document) == value


def test_commas_and_brackets_inside_texts_are_no_elements():
    text = "[]{},," * 1_000
    assert loads(dumps([text] * 10), max_elements=11) == [text] * 10
    with pytest.raises(UnsafeJSON, match="too_many_elements"):
        loads(dumps([text] * 10), max_elements=10)


def test_an_empty_container_in_a_text_hides_no_element():
    with pytest.raises(UnsafeJSON, match="too_many_elements"):
        loads('["[][][][][][]",1,2,3]', max_elements=4)


def test_the_limits_can_be_chosen():
    assert loads("[[1]]", max_depth=2) == [[1]]
    with pytest.raises(UnsafeJSON, match="too_deep"):
        loads("[[1]]", max_depth=1)


def test_a_decimal_keeps_all_its_digits_on_the_way_through():
    assert dumps(loads("[12345678901234567890.10,1.50]")) == "[12345678901234567890.10,1.50]"


def test_times_ids_and_lazy_texts_are_written_as_texts():
    value = {
        "at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        "day": date(2026, 1, 2),
        "id": uuid.UUID(int=1),
        "label": gettext_lazy("Ошибка"),
    }
    assert dumps(value) == (
        '{"at":"2026-01-02T03:04:05Z","day":"2026-01-02","id":"00000000-0000-0000-0000-000000000001","label":"Ошибка"}'
    )


@pytest.mark.parametrize("number", [float("nan"), float("-inf"), Decimal("NaN"), Decimal("Infinity")])
def test_what_is_no_number_is_not_written(number: Any):
    with pytest.raises(UnsafeJSON, match="not_a_number"):
        dumps({"a": [number]})
    with pytest.raises(UnsafeJSON, match="not_a_number"):
        check({"a": [number]})


def test_a_text_may_speak_of_infinity():
    assert dumps(["NaN", "Infinity"]) == '["NaN","Infinity"]'


def test_a_value_that_contains_itself_is_not_written():
    circle: list[Any] = []
    circle.append(circle)
    with pytest.raises(UnsafeJSON, match="too_deep"):
        dumps(circle)
    with pytest.raises(UnsafeJSON, match="too_deep"):
        check(circle)


@pytest.mark.parametrize("value", [b"bytes", {1, 2}, object()])
def test_what_has_no_json_form_is_refused(value: Any):
    with pytest.raises(TypeError):
        dumps(value)
    with pytest.raises(UnsafeJSON, match="bad_type"):
        check([value])


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"a": "\x00"}, "nul_character"),
        (["\ud800"], "lone_surrogate"),
        ({1: 2}, "bad_key"),
        ([[]] * 1_000_001, "too_many_elements"),
    ],
    ids=["nul", "surrogate", "key", "elements"],
)
def test_a_value_in_memory_is_held_to_the_same_limits(value: Any, reason: str):
    with pytest.raises(UnsafeJSON, match=reason):
        check(value)


def test_django_reads_and_writes_its_columns_through_this_file():
    text = json.dumps({"price": Decimal("1.10")}, cls=Encoder)
    assert text == '{"price":1.10}'
    assert json.loads(text, cls=Decoder) == {"price": Decimal("1.10")}


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
numbers = st.integers(-(2**63), 2**63 - 1) | st.decimals(
    allow_nan=False, allow_infinity=False, places=6, min_value=-(10**12), max_value=10**12
)
values = st.recursive(
    st.none() | st.booleans() | texts | numbers,
    lambda children: st.lists(children, max_size=5) | st.dictionaries(texts, children, max_size=5),
    max_leaves=30,
)


@given(values)
def test_whatever_is_written_is_read_back_equal(value: Any):
    assert loads(dumps(value)) == value
    assert loads(dumps(value).encode()) == value


@given(values, st.floats(allow_nan=False, allow_infinity=False))
def test_a_decimal_beside_them_changes_nothing_in_how_values_are_written(value: Any, number: float):
    beside = {"value": value, "number": number, "at": datetime(2026, 1, 2, tzinfo=UTC), "more": (1, True)}
    assert dumps([beside, Decimal("1.50")]) == f"[{dumps(beside)},1.50]"


@pytest.mark.parametrize("money", [1, Decimal("1.50")])
def test_a_tuple_with_names_is_a_list_whatever_stands_beside_it(money: Any):
    assert dumps([Named("a", 1), money]) == f'[["a",1],{money}]'


@given(st.binary(max_size=200))
def test_any_bytes_are_a_value_or_a_named_refusal(document: bytes):
    refusal = None
    try:
        loads(document)
    except UnsafeJSON as error:
        refusal = error.reason
    assert refusal is None or refusal
