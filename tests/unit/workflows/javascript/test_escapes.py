"""Every way out of a sandbox that advisories tell of (CVE-2025-68613, CVE-2026-1470, CVE-2026-25049, CVE-2026-27577,
CVE-2026-27493, CVE-2025-68668 and those of other engines), tried in ours: it gives nothing, or fails."""

from __future__ import annotations

from typing import Any

import pytest

from workflows import javascript
from workflows.javascript import LimitReached, ScriptFailed, Surroundings

NOW = 1_772_348_400_000

SECRETS = ("root:", "PATH", "DATABASE_URL", "uid=", "naryad")

GIVE_NOTHING = [
    "(() => {}).constructor",
    "(async () => {}).constructor",
    "(function* () {}).constructor",
    "(async function* () {}).constructor",
    "typeof process",
    "typeof global",
    "typeof module",
    "typeof std",
    "typeof os",
    "typeof eval",
    "typeof Function",
    "typeof WebAssembly",
    "typeof SharedArrayBuffer",
    "typeof Deno",
    "typeof XMLHttpRequest",
    "(function () { return this })()",
    "new Error('x').stack.includes('/')",
    "import('os') && 'a promise'",
]
"""They come to an end, and to nothing."""

FAIL = [
    "constructor.constructor('return process')()",
    "this.constructor.constructor('return this.process.mainModule.require')()",
    "$json.constructor.constructor('return process.env')()",
    "'x'.constructor.constructor('return 1')()",
    "[].map.constructor('return 1')()",
    "[]['fill']['constructor']('return 1')()",
    "[]['\\x63onstructor']['constructor']('return 1')()",
    "(() => {}).__proto__.constructor('return 1')()",
    "(function* () {}).constructor('yield 1')().next()",
    "(async () => {}).constructor('return 1')()",
    "Object.getPrototypeOf(function () {}).constructor('return 1')()",
    "Reflect.construct(Object.getPrototypeOf(() => {}).constructor, ['return 1'])()",
    "Reflect.getPrototypeOf(async () => {}).constructor('return 1')()",
    "Reflect.apply($json.toString.constructor, null, ['return 1'])()",
    "(({}).toString.constructor)`return 1```",
    "new Proxy(() => {}, {}).constructor('return 1')()",
    "DateTime.constructor('return 1')()",
    "$jmespath.constructor('return 1')()",
    "$now.plus.constructor('return 1')()",
    "require('child_process').execSync('id')",
    "process.mainModule.require('child_process')",
    "globalThis.process.env.PATH",
    "eval('1')",
    "globalThis.eval('1')",
    "(0, eval)('1')",
    "new Function('return 1')()",
    "Object.prototype.polluted = 1",
    "({}).__proto__.polluted = 1",
    "$json.__proto__.polluted = 1",
    "Object.defineProperty(Object.prototype, 'polluted', {value: 1})",
    "Object.setPrototypeOf(Object.prototype, {polluted: 1})",
    "Array.prototype.map = () => ['stolen']",
    "String.prototype.trim = function () { return 'stolen' }",
    "JSON.stringify = () => 'stolen'",
    "Promise.prototype.then = 1",
    "Map.prototype.get = 1",
    "DateTime.prototype.toISO = () => 'stolen'",
    "Error.prepareStackTrace = (error, frames) => frames[0].getThis()",
    "globalThis.left = 1",
    "globalThis.$json2 = 1",
    "$vars.added = 1",
    "$workflow.id = 'another'",
    "delete globalThis.JSON",
    "with_ = 1",
]
"""They throw, and what they try has not happened."""


def around(*items: Any) -> Surroundings:
    return Surroundings(items=items or ({"a": 1},), now=NOW, variables={"x": 1}, workflow={"id": "w"})


def value(source: str, *items: Any) -> Any:
    return javascript.render([source], around(*items), count=1)[0][0]


@pytest.mark.parametrize("source", GIVE_NOTHING)
def test_what_leads_out_of_other_sandboxes_gives_nothing_here(source: str) -> None:
    """R3-19."""
    assert value(source) in (None, False, {}, "undefined", "a promise")


@pytest.mark.parametrize("source", FAIL)
def test_what_leads_out_of_other_sandboxes_throws_here(source: str) -> None:
    with pytest.raises(ScriptFailed) as failure:
        value(source)

    assert not any(secret in failure.value.message for secret in SECRETS)


@pytest.mark.parametrize("source", FAIL)
def test_a_program_goes_no_further_than_an_expression(source: str) -> None:
    attempt = f"let got; try {{ got = {source} }} catch (error) {{ got = null }}"
    code = f"{attempt}\nreturn {{got: typeof got, is: ({{}}).polluted ?? 'clean'}}"

    (item,) = javascript.run(code, around(), mode="all", seconds=5).items

    assert item["is"] == "clean"
    assert item["got"] in ("object", "undefined", "number", "function", "boolean", "string")
    assert value("$workflow.id") == "w"


def test_pollution_reaches_neither_the_next_item_nor_the_next_step() -> None:
    spoil = "(() => { try { Object.prototype.polluted = $json.a } catch {} return ({}).polluted ?? 'clean' })()"
    merge = "(() => { const o = {}; for (const k in $json) o[k] = $json[k]; return ({}).admin ?? 'clean' })()"
    hostile = {"a": 1, "__proto__": {"admin": True}, "constructor": {"prototype": {"admin": True}}}

    rows = javascript.render([spoil, merge], around({"a": 1}, hostile, {"a": 3}), count=3)

    assert rows == [["clean", "clean"]] * 3
    code = "try { globalThis.left = 1; Array.prototype.left = 1 } catch {}\nreturn {ok: true}"
    javascript.run(code, around(), mode="all", seconds=5)
    assert value("typeof left + typeof [].left") == "undefinedundefined"


def test_what_an_expression_gives_is_not_evaluated_again() -> None:
    assert value("$json.text", {"text": "{{ 1 + 1 }}"}) == "{{ 1 + 1 }}"
    assert value("'{' + '{ $json.a }' + '}'") == "{{ $json.a }}"


@pytest.mark.parametrize(
    "source",
    [
        "1); evil(); (2",
        "1)}); evil(); (function () { return (1",
        "1], evil(), [2",
        "1 /*",
        "1; evil()",
        "}",
        "return 1",
    ],
)
def test_a_source_that_closes_our_brackets_is_no_expression(source: str) -> None:
    assert javascript.syntax_faults([source])[0]


@pytest.mark.parametrize(
    "source", ["1]}); for (;;); (function () { return [1", "1)}); for (;;); (function () { return (1"]
)
def test_nothing_of_a_source_is_run_by_its_check(source: str) -> None:
    assert "SyntaxError" in str(javascript.syntax_faults([source])[0])


def test_a_program_that_asks_for_all_the_time_zones_there_are_is_refused() -> None:
    names = [f"Etc/None{number}" for number in range(1000)]
    source = "$json.names.map(name => { try { $now.setZone(name) } catch { return 0 } }) && undefined.x"

    with pytest.raises(ScriptFailed, match="too many time zones"):
        javascript.render([source], Surroundings([{"names": names}], now=0), count=1)


@pytest.mark.parametrize(
    ("source", "limits"),
    [
        ("(() => { for (;;); })()", {"time"}),
        ("/^(a+)+$/.test('a'.repeat(40) + 'b')", {"time"}),
        ("[...Array(1e9).keys()].length", {"time", "memory"}),
        ("(() => { const a = []; for (;;) a.push(new Array(10000).fill(1)) })()", {"memory"}),
        ("(() => { let s = 'x'; for (;;) s += s })()", {"memory"}),
        ("(function f() { return f() + 1 })()", {"stack"}),
        ("new Uint8Array(1e9).length", {"memory"}),
        ("'x'.repeat(30000000)", {"output", "memory"}),
        ("JSON.parse('['.repeat(100000))", {"stack"}),
    ],
)
def test_a_program_that_takes_too_much_is_ended_and_the_next_one_runs(source: str, limits: set[str]) -> None:
    with pytest.raises((LimitReached, ScriptFailed)) as failure:
        value(source)

    if isinstance(failure.value, LimitReached):
        assert failure.value.limit in limits
    else:
        assert "SyntaxError" in failure.value.message or "RangeError" in failure.value.message
    assert value("$json.a + 1") == 2


def test_a_program_that_throws_nothing_is_not_said_to_want_memory() -> None:
    """The engine throws null, too, where it has no memory left even for an error."""
    with pytest.raises(ScriptFailed, match="null"):
        value("(() => { throw null })()")


def test_an_object_that_answers_with_programs_harms_only_itself() -> None:
    assert value("({toJSON() { return 'mine' }})") == "mine"
    with pytest.raises(ScriptFailed):
        value("(() => { throw {get message() { throw 1 }, toString() { throw 2 }} })()")
    with pytest.raises(ScriptFailed):
        value("(() => { const a = {}; a.a = a; return a })()")
