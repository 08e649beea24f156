"""The program of one's own."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Any

import pytest

from tests.nodes.context import StandaloneContext, faults, run
from workflows import catalogue
from workflows.node_type import Done, Permanent


def result(code: str, items: list[dict[str, Any]], **config: Any) -> Done:
    outcome = run("code", {"code": code, **config}, items)
    assert isinstance(outcome, Done)
    return outcome


@pytest.mark.parametrize(
    "code",
    [
        "return items.map(item => ({json: {twice: item.json.n * 2}}))",
        "return $input.all().map(item => ({twice: item.json.n * 2}))",
        "for (item of items) { item.json = {twice: item.json.n * 2} }\nreturn items;",
        "const out = await Promise.all(items.map(async one => ({json: {twice: one.json.n * 2}})));\nreturn out",
    ],
)
def test_a_program_for_all_items_gives_a_list(code: str) -> None:
    done = result(code, [{"n": 1}, {"n": Decimal("1.5")}])

    assert done.ports == {"out": [{"twice": 2}, {"twice": 3}]}
    assert done.sources == {"out": [("in", 0), ("in", 1)]}


def test_a_program_for_each_item_gives_an_object_or_leaves_the_item_out() -> None:
    code = """
    if ($json.n > 2) return null;
    return {json: {n: $json.n, at: $itemIndex, same: $input.item.json.n === item.json.n}};
    """

    done = result(code, [{"n": 1}, {"n": 5}, {"n": 2}], mode="each")

    assert done.ports == {"out": [{"n": 1, "at": 0, "same": True}, {"n": 2, "at": 2, "same": True}]}
    assert done.sources == {"out": [("in", 0), ("in", 2)]}


def test_an_answer_of_another_length_says_where_its_items_come_from_or_nothing() -> None:
    items = [{"n": 1}, {"n": 2}]

    assert result("return [{sum: 3}]", items).sources == {}
    paired = result("return [{json: {a: 1}, pairedItem: {item: 1}}]", items)
    assert paired.sources == {"out": [("in", 1)]}
    assert result("return []", items).ports == {"out": []}


@pytest.mark.parametrize("index", ["-1", "2", "0.5", "NaN", "1e9"])
def test_an_item_that_claims_to_come_from_where_nothing_is_comes_from_nowhere(index: str) -> None:
    outcome = run("code", {"code": f"return [{{json: {{}}, pairedItem: {index}}}]"}, [{}, {}])

    assert isinstance(outcome, Done)
    assert not outcome.sources


def test_what_a_program_prints_is_the_log_of_its_step_also_when_it_fails() -> None:
    node_type = catalogue.get("code")
    context = StandaloneContext(
        node_type, {"code": "console.log('at', {n: 1}); console.warn('100%'); throw new Error('no')"}
    )

    with pytest.raises(Permanent) as failure:
        node_type.run(context)

    assert context.log.texts("info") == ['at {"n":1}']
    assert context.log.texts("warning") == ["100%"]
    assert (failure.value.code, failure.value.details["reason"]) == ("code_failed", "Error: no")


@pytest.mark.parametrize(
    ("code", "code_of_failure", "words"),
    [
        ("return $json.a.b.c", "code_failed", "TypeError"),
        ("return 5", "code_failed", "must be an object"),
        ("return [{json: 5}]", "code_failed", '"json"'),
        ("return require('fs').readFileSync('/etc/passwd')", "code_failed", "not supported"),
        ("return await fetch('http://127.0.0.1')", "code_failed", "not supported"),
        ("await new Promise(() => {})", "code_failed", "never comes"),
    ],
)
def test_a_program_that_fails_says_why(code: str, code_of_failure: str, words: str) -> None:
    with pytest.raises(Permanent) as failure:
        run("code", {"code": code})

    assert failure.value.code == code_of_failure
    assert words in failure.value.details["reason"]


@pytest.mark.parametrize(
    "code",
    [
        "for (;;) {}",
        "for (;;) await 0",
        "return [{json: {found: /(a+)+$/.test('a'.repeat(1000000) + '!')}}]",
        "function later() { setTimeout(later, 0) } later(); await new Promise(() => {})",
    ],
)
def test_a_program_that_does_not_end_is_ended(code: str) -> None:
    """S29: also one whose pattern backtracks over a megabyte; the step names the field and the limit to raise."""
    begun = time.monotonic()
    with pytest.raises(Permanent) as failure:
        run("code", {"code": code, "seconds": 0.2})

    assert failure.value.code == "code_limit"
    assert failure.value.details == {"limit": "time", "field": "code", "seconds": 0.2}
    assert time.monotonic() - begun < 30


def test_braces_in_a_program_are_no_template() -> None:
    code = "const a = {b: {c: 1}}; const text = '{{ $json.x }}'; return [{text, c: a.b.c}]"

    assert result(code, [{}]).ports == {"out": [{"text": "{{ $json.x }}", "c": 1}]}
    assert faults("code", {"code": code}) == {}


def test_a_program_that_cannot_be_read_is_told_on_saving() -> None:
    assert set(faults("code", {"code": "return {"})) == {"code"}
    assert set(faults("code", {"code": "return 1", "mode": "often"})) == {"mode"}


def test_shims_do_what_programs_expect_of_them() -> None:
    code = """
    const crypto = require('crypto');
    const url = new URL('https://shop.example:8443/a b?x=1&y=2#top');
    url.searchParams.set('x', 'да');
    const order = [];
    setTimeout(() => order.push(2), 20); setTimeout(() => order.push(1), 10);
    await new Promise(done => setTimeout(done, 30));
    return [{
      base64: Buffer.from('привет').toString('base64'), back: Buffer.from('0L8=', 'base64').toString(),
      hex: Buffer.from('ff00', 'hex').length, md5: crypto.createHash('md5').update('a').digest('hex'),
      hmac: crypto.createHmac('sha256', 'key').update('data').digest('hex'),
      sha512: crypto.createHash('sha512').update('').digest('hex').slice(0, 8),
      href: url.href, uuid: crypto.randomUUID().length, order,
      day: DateTime.fromISO('2026-03-01', {zone: 'Europe/Moscow'}).plus({days: 1}).toISO(),
    }]
    """

    (item,) = result(code, [{}]).ports["out"]

    assert item == {
        "base64": "0L/RgNC40LLQtdGC",
        "back": "п",
        "hex": 2,
        "md5": "0cc175b9c0f1b6a831c399e269772661",
        "hmac": "5031fe3d989c6d1537a013fa6e739da23463fdaec3b70137d828e36ace221bd0",
        "sha512": "cf83e135",
        "href": "https://shop.example:8443/a%20b?x=%D0%B4%D0%B0&y=2#top",
        "uuid": 36,
        "order": [1, 2],
        "day": "2026-03-02T00:00:00.000+03:00",
    }
