"""PURE: templates `{{ expression }}` in the texts of a config.

An expression is JavaScript. Plain paths (`$json.a.b[0]["c d"]`, `$('Node').item.json.x`) are read here, which is fast
and loses no digit; anything else is a `Script`, whose value somebody else has computed before (`workflows.javascript`).
A text that is one template keeps the type of what it finds; what is missing is null. Results are never evaluated
again.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol

from workflows.graph import scanning
from workflows.items import paths
from workflows.items.coercion import as_text
from workflows.items.outputs import Unresolved
from workflows.items.wording import gettext_noop

ROOTS = frozenset(
    {"$json", "$itemIndex", "$execution", "$executionId", "$workflow", "$vars", "$env", "$runIndex", "$prevNode"}
)
"""Where a plain path may begin, beside the outputs of steps."""
SCRIPT_ROOTS = frozenset({"$now", "$today", "$input", "$node", "$binary", "$item", "$position", "$mode"})
"""Names that only JavaScript understands."""
VALUES = "values of scripts"
"""Where a scope keeps what the scripts gave, by their source; no name in a template can be like this one."""
NODES = "$"
"""Where a scope keeps the outputs of earlier steps, by name."""
INPUT = "$input"

_OPEN = "{{"
_QUOTED = r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
_TAIL = rf"(?P<tail>(?:\??\.[^\W\d]\w*|(?:\?\.)?\[\s*(?:\d{{1,9}}|{_QUOTED})\s*\])*)"
_PLAIN = re.compile(rf"(?P<root>\$[A-Za-z]\w*){_TAIL}", re.DOTALL)
_PICKED = re.compile(
    rf"(?:\$\(\s*(?P<name>{_QUOTED})\s*\)|\$input)\.(?:(?P<pick>first|last|all)\(\)|(?P<item>item)\b){_TAIL}", re.DOTALL
)
_OLD = re.compile(rf"\$node(?:\[\s*(?P<name>{_QUOTED})\s*\]|\.(?P<bare>[A-Za-z_]\w*))(?=\.json\b){_TAIL}", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_MENTIONED = re.compile(
    rf"\$(?:items\s*)?\(\s*(?P<name>{_QUOTED}|`[^`$]*`)|\$node\s*(?:\[\s*(?P<old>{_QUOTED})\s*\]|\.(?P<bare>[A-Za-z_]\w*))"
)
_NAMED = re.compile(r"\$[A-Za-z]\w*")
_VARYING = re.compile(r"\$(?:json|itemIndex|input|item|position|binary|node|data)\b|\$\(|\brandom", re.IGNORECASE)
_KEPT = "etWorkflowStaticData"
_SHOWN = 80
_REMEMBERED = 4000
MAX_SCRIPT = 4000


class Output(Protocol):
    """The items of a step, seen from one item of ours."""

    def pick(self, how: str) -> Any:
        """The item or items (each wrapped as `{"json": item}`) that `item`, `first`, `last`, `all` or `old` mean."""


@dataclass(frozen=True)
class Reference:
    """One plain path: from a root, or from the item that `pick` takes of a step's output (None: of our input)."""

    root: str
    path: paths.Path
    node: str | None = None
    pick: str | None = None

    @property
    def varies(self) -> bool:
        if self.pick is not None:
            return self.pick in ("item", "old")
        return self.root in ("$json", "$itemIndex")


@dataclass(frozen=True)
class Script:
    """One expression that is more than a path."""

    source: str

    @property
    def varies(self) -> bool:
        return _VARYING.search(self.source) is not None


Part = str | Reference | Script


@dataclass(frozen=True)
class Fault:
    """A template that cannot be understood. `message` is a gettext msgid; `path` leads to the text in the config."""

    path: tuple[str | int, ...]
    message: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Template:
    """A text cut into literals and expressions; `faults` are `(message, excerpt)`."""

    parts: tuple[Part, ...]
    faults: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Needs:
    """What the texts of a config ask for: names that begin with `$`, steps by their names, what earlier runs kept."""

    names: frozenset[str]
    nodes: frozenset[str]
    kept: bool = False


def is_template(value: Any) -> bool:
    return isinstance(value, str) and _OPEN in value


def texts(value: Any, verbatim: Collection[str] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every template text inside a config, with the keys that lead to it; the fields `verbatim` hold none."""
    open_values: list[tuple[tuple[str | int, ...], Any]] = [((), templated(value, verbatim))]
    while open_values:
        path, current = open_values.pop()
        if is_template(current):
            yield path, current
        elif isinstance(current, dict):
            open_values.extend(((*path, key), current[key]) for key in reversed(current))
        elif isinstance(current, list | tuple):
            open_values.extend(((*path, index), current[index]) for index in reversed(range(len(current))))


def templated(value: Any, verbatim: Collection[str]) -> Any:
    """The part of a config in which templates are looked for."""
    if not verbatim or not isinstance(value, Mapping):
        return value
    return {key: inner for key, inner in value.items() if key not in verbatim}


def problems(value: Any, verbatim: Collection[str] = ()) -> list[Fault]:
    """What is wrong with the templates inside a config, as far as it can be told without an engine for JavaScript."""
    return [
        Fault(path, message, {"expression": excerpt})
        for path, text in texts(value, verbatim)
        for message, excerpt in template(text).faults
    ]


def scripts(value: Any, verbatim: Collection[str] = ()) -> dict[str, tuple[str | int, ...]]:
    """The scripts inside a config, each once, and where the first text with it stands."""
    found: dict[str, tuple[str | int, ...]] = {}
    for path, text in texts(value, verbatim):
        for part in template(text).parts:
            if isinstance(part, Script):
                found.setdefault(part.source, path)
    return found


def needs(value: Any, verbatim: Collection[str] = ()) -> Needs:
    """What has to be at hand for rendering; the fields `verbatim` are taken for programs."""
    written = [text for _path, text in texts(value, verbatim)]
    if verbatim and isinstance(value, Mapping):
        written += [value[key] for key in verbatim if isinstance(value.get(key), str)]
    return _asked(written)


def mentioned(value: Any) -> Needs:
    """All that the texts of a config might ask for, whatever its fields are taken for: more rather than less."""
    return _asked(list(_strings(value)))


def _strings(value: Any) -> Iterator[str]:
    open_values = [value]
    while open_values:
        current = open_values.pop()
        if isinstance(current, str):
            yield current
        elif isinstance(current, Mapping):
            open_values.extend(current.values())
        elif isinstance(current, list | tuple):
            open_values.extend(current)


def _asked(written: Collection[str]) -> Needs:
    names: set[str] = set()
    nodes: set[str] = set()
    for text in written:
        names.update(_NAMED.findall(text))
        nodes.update(_names_of_nodes(text))
    return Needs(frozenset(names), frozenset(nodes), any(_KEPT in text for text in written))


def _names_of_nodes(text: str) -> Iterator[str]:
    for match in _MENTIONED.finditer(text):
        quoted = match["name"] or match["old"]
        yield _unquoted(quoted) if quoted else match["bare"]


def varies(value: Any) -> bool:
    """Whether rendering can give different results for the items of one step."""
    return any(
        not isinstance(part, str) and part.varies for _path, text in texts(value) for part in template(text).parts
    )


def render(value: Any, scope: Mapping[str, Any]) -> Any:
    """The config with its templates replaced by what they find in `scope`; faulty templates stay as they are.

    The values of scripts are in `scope[VALUES]`, steps by name in `scope[NODES]`. Raises `Unresolved`.
    """
    if isinstance(value, dict):
        return {key: render(inner, scope) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [render(inner, scope) for inner in value]
    if not is_template(value):
        return value
    parts = template(value).parts
    if len(parts) == 1:
        return _found(parts[0], scope)
    return "".join(as_text(_found(part, scope)) for part in parts)


def _found(part: Part, scope: Mapping[str, Any]) -> Any:
    if isinstance(part, str):
        return part
    if isinstance(part, Script):
        return scope[VALUES][part.source]
    start = scope.get(part.root) if part.pick is None else _output(part.node, scope).pick(part.pick)
    found = paths.read(start, part.path)
    return None if found is paths.MISSING else found


def _output(node: str | None, scope: Mapping[str, Any]) -> Output:
    output: Output | None = scope[INPUT] if node is None else scope.get(NODES, {}).get(node)
    if output is None:
        raise Unresolved(
            gettext_noop("узел «%(node)s» не стоит перед этим или не выполнялся, его данных нет"), node=node
        )
    return output


def template(text: str) -> Template:
    """Cut a text at its templates; short texts are cut once."""
    return _cut_once(text) if len(text) <= _REMEMBERED else _cut(text)


def _cut(text: str) -> Template:
    parts: list[Part] = []
    faults: list[tuple[str, str]] = []
    position = 0
    while (start := text.find(_OPEN, position)) >= 0:
        if start > position:
            parts.append(text[position:start])
        end = scanning.end_of(text, start + len(_OPEN))
        position = len(text) if end is None else end + len("}}")
        part, message = _part(None if end is None else text[start + len(_OPEN) : end])
        if message is not None:
            faults.append((message, text[start:position][:_SHOWN]))
        parts.append(text[start:position] if part is None else part)
    if position < len(text):
        parts.append(text[position:])
    return Template(tuple(parts), tuple(faults))


_cut_once = lru_cache(maxsize=4096)(_cut)


def _part(written: str | None) -> tuple[Part | None, str | None]:
    """What stands between the braces, or why it is nothing."""
    if written is None:
        return None, gettext_noop("Выражение %(expression)s не закрыто: не хватает }}")
    source = written.strip().rstrip(";").rstrip()
    if not source:
        return None, gettext_noop("Выражение %(expression)s пусто")
    if len(source) > MAX_SCRIPT:
        return None, gettext_noop("Выражение %(expression)s слишком длинное")
    reference = _reference(source)
    if reference is not None:
        return reference, None
    plain = _PLAIN.fullmatch(source)
    if plain is not None and plain["root"] not in SCRIPT_ROOTS | ROOTS:
        return None, gettext_noop(
            "Выражение %(expression)s не поддерживается: такого имени нет. Есть $json, $('Узел'), $input, $vars, $env, "
            "$now, $today, $workflow, $execution, $itemIndex"
        )
    return Script(source), None


def _reference(source: str) -> Reference | None:
    """The plain path that a source is; None when it is more, or too long for one."""
    if (picked := _PICKED.fullmatch(source)) is not None and len(picked["tail"]) <= paths.MAX_LENGTH:
        node = None if picked["name"] is None else _unquoted(picked["name"])
        return Reference(INPUT, _path(picked["tail"]), node, picked["pick"] or "item")
    if (old := _OLD.fullmatch(source)) is not None and len(old["tail"]) <= paths.MAX_LENGTH:
        node = old["bare"] if old["name"] is None else _unquoted(old["name"])
        return Reference(INPUT, _path(old["tail"]), node, "old")
    plain = _PLAIN.fullmatch(source)
    if plain is not None and plain["root"] in ROOTS and len(plain["tail"]) <= paths.MAX_LENGTH:
        return Reference(plain["root"], _path(plain["tail"]))
    return None


def _path(tail: str) -> paths.Path:
    return paths.parse(tail.lstrip("?.")) if tail else ()


def _unquoted(quoted: str) -> str:
    return _ESCAPE.sub(r"\1", quoted[1:-1])
