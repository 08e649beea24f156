"""What is written into fields, watched by an audit hook: no file, program, module or connection is asked for by it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.workflows.javascript.test_escapes import FAIL, GIVE_NOTHING
from workflows import javascript
from workflows.graph import expressions
from workflows.items.outputs import Unresolved
from workflows.javascript import LimitReached, ScriptFailed, Surroundings
from workflows.services import scripting

WATCHED: Final = ("open", "exec", "compile", "import", "os.", "subprocess.", "socket.", "shutil.", "ctypes.", "pickle.")
OTHER_ENGINES: Final = [
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ ''.__class__.__base__.__subclasses__()[40]('/etc/passwd').read() }}",
    "{{ config.__class__.__init__.__globals__['os'].popen('id').read() }}",
    "{{ self._TemplateReference__context.cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ request.application.__globals__.__builtins__.__import__('os').popen('id').read() }}",
    "{{ lipsum.__globals__['os'].popen('id').read() }}",
    "{{ namespace.__init__.__globals__.os.popen('id').read() }}",
    "{{ cycler.__init__.__globals__.os }}",
    "{{ joiner.__init__.__globals__.os }}",
    "{{ url_for.__globals__ }}",
    "{{ get_flashed_messages.__globals__ }}",
    "{% for c in [].__class__.__base__.__subclasses__() %}{{ c }}{% endfor %}",
    "{% import os %}{{ os.system('id') }}",
    "{% include '/etc/passwd' %}",
    "{% load static %}{% debug %}",
    "{{ ''|attr('__class__') }}",
    "{{ ('%s'|format('x')).__class__ }}",
    "{{ '{0.__class__.__init__.__globals__}'.format(x) }}",
    "{0.__class__.__init__.__globals__}",
    "%(a)s %s %n",
    "${7*7}",
    "#{7*7}",
    "*{7*7}",
    "@(7*7)",
    "<%= 7*7 %>",
    "<%= system('id') %>",
    "<% import os; os.system('id') %>",
    "${T(java.lang.Runtime).getRuntime().exec('id')}",
    '<#assign ex="freemarker.template.utility.Execute"?new()>${ex("id")}',
    "#set($e='e')$e.getClass().forName('java.lang.Runtime')",
    "{{_self.env.registerUndefinedFilterCallback('exec')}}{{_self.env.getFilter('id')}}",
    "{{['id']|filter('system')}}",
    "{{#with 's' as |string|}}{{#with 'e'}}{{lookup string.sub 'constructor'}}{{/with}}{{/with}}",
    "{{constructor.constructor('alert(1)')()}}",
    "{{ this.constructor.constructor('return process')().mainModule.require('fs') }}",
    "{{ __import__('os').system('id') }}",
    "{{ exec('import os') }}",
    "{{ eval(compile('1', '', 'eval')) }}",
    "{{ open('/etc/passwd').read() }}",
    "{{ globals()['__builtins__'] }}",
    "{{ (lambda: 1).__globals__ }}",
    "{{ [c for c in ().__class__.__base__.__subclasses__()] }}",
    "{{ print.__self__.__import__('os') }}",
    "{{ (1).__class__.__bases__[0] }}",
    "{{ getattr('', '__class__') }}",
    "{{ vars() }}",
    "{{ dir() }}",
    "{{ breakpoint() }}",
    "{{ exit(1) }}",
    "{{ quit() }}",
    "{{ raise SystemExit(1) }}",
    "{{ yield 1 }}",
    "{{ await 1 }}",
    "{{ import('fs').then(f => f.readFileSync('/etc/passwd')) }}",
    "{{ require('fs').readFileSync('/etc/passwd').toString() }}",
    "{{ require('child_process').execSync('id') }}",
    "{{ process.binding('spawn_sync') }}",
    "{{ process.env }}",
    "{{ global.process.mainModule.constructor._load('child_process') }}",
    "{{ Function('return this')() }}",
    "{{ new Worker('data:text/javascript,1') }}",
    "{{ fetch('http://169.254.169.254/') }}",
    "{{ new WebSocket('ws://127.0.0.1/') }}",
    "{{ new XMLHttpRequest() }}",
    "{{ importScripts('http://127.0.0.1/x.js') }}",
    "{{ Deno.readTextFileSync('/etc/passwd') }}",
    "{{ Bun.spawn(['id']) }}",
    "{{ std.loadFile('/etc/passwd') }}",
    "{{ os.exec(['id']) }}",
    "{{ $json.__proto__.__proto__ }}",
    "{{ $json['__proto__']['constructor']('return 1')() }}",
    "{{ $input.constructor.constructor('return 1')() }}",
    "{{ $('x').constructor.constructor('return 1')() }}",
    "{{ $env.SECRET_KEY }}",
    "{{ $secrets.all }}",
    "{{ $credentials }}",
    "{{ `${constructor.constructor('return 1')()}` }}",
    "{{ (async () => await import('os'))() }}",
    "{{ [..._proto_] }}",
    "{{ label: for (;;) break label }}",
    "{{ with (Math) { max(1) } }}",
    "{{ delete Object.prototype.toString }}",
    "{{ arguments.callee.caller }}",
    "{{ new Error().stack }}",
    "{{ Error.captureStackTrace({}) }}",
    "{{ Symbol.for('x').constructor.constructor('return 1')() }}",
    "{{ Reflect.ownKeys(globalThis).length > 0 && 'x' }}",
    "{{ Object.getOwnPropertyNames(Object.getPrototypeOf(async function () {})) }}",
    "{{ ({}).toString.call(null) }}",
    '{{ JSON.parse(\'{"__proto__": {"a": 1}}\') }}',
    "{{ structuredClone({}) }}",
    "{{ Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0) }}",
    "{{ new FinalizationRegistry(() => 1) }}",
    "{{ new WeakRef({}).deref() }}",
    "!!python/object/apply:os.system ['id']",
    "!!js/function 'function () { return process }'",
    'O:8:"stdClass":0:{}',
    "__import__('os').system('id')",
    "require('child_process').exec('id')",
    "'; DROP TABLE users; --",
    "$(id)",
    "`id`",
    "|id",
    "&& id",
    "<?php system('id'); ?>",
    "<script>fetch('/api/v1/me')</script>",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "=cmd|'/C calc'!A0",
    "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
    "\u202e{{ constructor }}",
    "{{ \\u0063onstructor.constructor('return 1')() }}",
    "{{ '\\x63onstructor' }}",
    "{{ this }}",
    "{{ globalThis }}",
    "{{ {{ 1 }} }}",
    "{{ }}",
    "{{ /* }} */ 1 }}",
    "{{ // }}\n1 }}",
    "{{ '}}' }}",
]
"""What gets out of template engines and sandboxes elsewhere, in the notation of each."""
CORPUS: Final = [*OTHER_ENGINES, *(f"{{{{ {source} }}}}" for source in (*GIVE_NOTHING, *FAIL))]
PROGRAMS: Final = [f"return {source}" for source in (*GIVE_NOTHING, *FAIL)]

_seen: list[str] | None = None


def _hear(event: str, _arguments: Any) -> None:
    if _seen is not None and event.startswith(WATCHED) and threading.current_thread() is threading.main_thread():
        _seen.append(event)


@contextmanager
def watched() -> Iterator[list[str]]:
    """What this process asks of the machine in the meantime. A hook stays for ever, so it is put in once."""
    global _seen
    if not getattr(_hear, "is_there", False):
        sys.addaudithook(_hear)
        _hear.is_there = True  # type: ignore[attr-defined]
    _seen = []
    try:
        yield _seen
    finally:
        _seen = None


def run_programs(config: Any) -> dict[str, Any]:
    """Check it as a save does and run what is a program in it, as a step does; gives something for each program."""
    expressions.problems(config)
    sources = expressions.scripts(config)
    around = Surroundings(items=({"a": 1},), now=0, variables={}, workflow={"id": "w"})
    for source in sources:
        with suppress(ScriptFailed, LimitReached):
            javascript.render([source], around, count=1)
    return dict.fromkeys(sources, 1)


def render(config: Any, programs: dict[str, Any]) -> None:
    """A value, or an error that has a name."""
    with suppress(Unresolved):
        expressions.render(config, {"$json": {"a": 1}, expressions.VALUES: programs})


def as_a_field(payload: str) -> None:
    config = {"field": payload, payload: [payload]}
    render(config, run_programs(config))


@pytest.fixture(autouse=True)
def _process() -> None:
    """The process that runs programs is there already: to start it asks for much."""
    javascript.render(["1"], Surroundings(items=({},), now=0), count=1)


def asks_always(act: Callable[[], object]) -> bool:
    """Whether it asks for something each time. What runs out of time on a busy machine has the process started anew,
    which asks for much, but not always.
    """
    for _time in range(3):
        with watched() as seen:
            act()
        if not seen:
            return False
    return True


def test_no_payload_of_two_hundred_asks_for_anything() -> None:
    """S1, S2: checked and rendered: a value or a typed error; no file, program, module, connection."""
    assert len({*CORPUS, *PROGRAMS}) >= 200
    assert [payload for payload in CORPUS if asks_always(partial(as_a_field, payload))] == []
    assert not asks_always(lambda: javascript.syntax_faults(PROGRAMS))


def test_the_hook_hears() -> None:
    """S1: what is not heard proves nothing."""
    with watched() as seen:
        open("/dev/null").close()
    assert seen == ["open"]


PIECES: Final = (
    *("{{", "}}", "$json", "$('a')", "constructor", "__proto__", "=>", "${", ".", "[", "]", "(", ")", "{", "}"),
    *("'", '"', "\\", "`", "1", "a", " ", "\n", "\0", "\ud800", "\u202e", "Ё", "😀"),
)
TEXTS: Final = st.text() | st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=14).map("".join)
"""Of any characters, and of what expressions are made of."""
FIELDS: Final = st.lists(TEXTS | TEXTS.map("{{{{ {} }}}}".format), min_size=20, max_size=20)


def as_fields(texts: list[str]) -> None:
    """Checked as a save does; what is a program is run as a step does, each alone, so that none hides another."""
    expressions.problems(texts)
    sources = list(expressions.scripts(texts))
    faults = scripting.syntax_faults(sources, "expression")
    around = Surroundings(items=({"a": 1},), now=0, variables={}, workflow={"id": "w"})
    for source, fault in zip(sources, faults, strict=True):
        if fault is None:
            with suppress(ScriptFailed, LimitReached):
                javascript.render([source], around, count=1)
    for text in texts:
        render(text, dict.fromkeys(sources, 1))


@settings(max_examples=25)
@given(FIELDS)
def test_no_text_raises_anything_else(texts: list[str]) -> None:
    """S1: a share of the fifty thousand below, for every run of the tests."""
    as_fields(texts)


@pytest.mark.long
@settings(max_examples=2_500)
@given(FIELDS)
def test_no_text_of_fifty_thousand_raises_anything_else(texts: list[str]) -> None:
    """S1: 50 000 strings of Hypothesis, twenty by twenty: a value or a typed error, never another exception."""
    as_fields(texts)
