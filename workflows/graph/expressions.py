"""PURE: templates `{{ path }}` in the texts of a config.

A path starts at one of `ROOTS` and goes on with `.name`, `?.name`, `[0]` or `["any name"]`. A text that is one
template keeps the type of what it finds; what is missing is null. Results are never evaluated again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from workflows.items import paths
from workflows.items.coercion import as_text
from workflows.items.wording import gettext_noop

ROOTS = frozenset({"$json", "$itemIndex", "$execution", "$workflow", "$input"})
VARYING_ROOTS = frozenset({"$json", "$itemIndex", "$input"})
"""What differs from item to item of one step."""

_OPEN = "{{"
_CLOSE = "}}"
_TAIL = r"""(?:\??\.[^\W\d]\w*|(?:\?\.)?\[\s*(?:\d{1,9}|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*\])*"""
_TEMPLATE = re.compile(rf"\{{\{{\s*(?P<root>\$[A-Za-z]\w*)(?P<tail>{_TAIL})\s*\}}\}}", re.DOTALL)
_SHOWN = 80
_REMEMBERED = 4000


@dataclass(frozen=True)
class Reference:
    """One `{{ root.path }}`."""

    root: str
    path: paths.Path


@dataclass(frozen=True)
class Fault:
    """A template that cannot be understood. `message` is a gettext msgid; `path` leads to the text in the config."""

    path: tuple[str | int, ...]
    message: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Template:
    """A text cut into literals and references; `faults` are `(message, excerpt)`."""

    parts: tuple[str | Reference, ...]
    faults: tuple[tuple[str, str], ...]


def is_template(value: Any) -> bool:
    return isinstance(value, str) and _OPEN in value


def texts(value: Any) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every template text inside a config, with the keys that lead to it."""
    open_values: list[tuple[tuple[str | int, ...], Any]] = [((), value)]
    while open_values:
        path, current = open_values.pop()
        if is_template(current):
            yield path, current
        elif isinstance(current, dict):
            open_values.extend(((*path, key), current[key]) for key in reversed(current))
        elif isinstance(current, list | tuple):
            open_values.extend(((*path, index), current[index]) for index in reversed(range(len(current))))


def problems(value: Any) -> list[Fault]:
    """What is wrong with the templates inside a config; a config without faults can be rendered."""
    return [
        Fault(path, message, {"expression": excerpt})
        for path, text in texts(value)
        for message, excerpt in template(text).faults
    ]


def varies(value: Any) -> bool:
    """Whether rendering can give different results for the items of one step."""
    return any(
        isinstance(part, Reference) and part.root in VARYING_ROOTS
        for _path, text in texts(value)
        for part in template(text).parts
    )


def render(value: Any, scope: Mapping[str, Any]) -> Any:
    """The config with its templates replaced by what they find in `scope`; faulty templates stay as they are."""
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


def _found(part: str | Reference, scope: Mapping[str, Any]) -> Any:
    if isinstance(part, str):
        return part
    found = paths.read(scope.get(part.root), part.path)
    return None if found is paths.MISSING else found


def template(text: str) -> Template:
    """Cut a text at its templates; short texts are cut once."""
    return _cut_once(text) if len(text) <= _REMEMBERED else _cut(text)


def _cut(text: str) -> Template:
    parts: list[str | Reference] = []
    faults: list[tuple[str, str]] = []
    position = 0
    while (start := text.find(_OPEN, position)) >= 0:
        if start > position:
            parts.append(text[position:start])
        match = _TEMPLATE.match(text, start)
        message = _fault(match, closed=text.find(_CLOSE, start) >= 0)
        if match is not None and message is None:
            parts.append(Reference(match["root"], paths.parse(match["tail"].lstrip("?.")) if match["tail"] else ()))
            position = match.end()
        else:
            position = _end(text, start)
            parts.append(text[start:position])
            faults.append((message or "", text[start:position][:_SHOWN]))
    if position < len(text):
        parts.append(text[position:])
    return Template(tuple(parts), tuple(faults))


_cut_once = lru_cache(maxsize=4096)(_cut)


def _fault(match: re.Match[str] | None, *, closed: bool) -> str | None:
    if not closed:
        return gettext_noop("Выражение %(expression)s не закрыто: не хватает }}")
    if match is None:
        return gettext_noop(
            'Выражение %(expression)s не поддерживается: можно писать путь вида {{ $json.a.b[0]["имя"] }}'
        )
    if match["root"] not in ROOTS:
        return gettext_noop(
            "Выражение %(expression)s не поддерживается: путь начинается с $json, $itemIndex, $execution, $workflow "
            "или $input"
        )
    if len(match["tail"]) > paths.MAX_LENGTH:
        return gettext_noop("Выражение %(expression)s слишком длинное")
    return None


def _end(text: str, start: int) -> int:
    closing = text.find(_CLOSE, start)
    return len(text) if closing < 0 else closing + len(_CLOSE)
