"""PURE: values of n8n's parameters as templates of ours, and as JavaScript.

In n8n a text is an expression only when it begins with `=`; then its `{{ }}` parts are evaluated.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from typing import Any

from workflows.graph import scanning
from workflows.importers.n8n.beyond import BEYOND, lacking
from workflows.importers.n8n.parameters import Unsupported

_FIELD = re.compile(r"=\{\{\s*\$json((?:\.[^\W\d]\w*|\[\s*(?:\d+|\"[^\"\\]+\"|'[^'\\]+')\s*\])+)\s*\}\}")


_QUOTED = re.compile(r"""`(?:\\.|[^`\\])*`|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*\"""", re.DOTALL)
_LONELY = re.compile(r"/|\\\n")
"""A comment or a pattern, where a quote may stand alone, or a line that goes on: there nothing is put right."""


def unescaped(program: str) -> str:
    """A program that a page of HTML has kept: every double quote in it is an entity, outside of texts, too."""
    is_escaped = '"' not in program and "&quot;" in _QUOTED.sub("", program)
    return html.unescape(program) if is_escaped else program


def refuse_beyond(source: str) -> None:
    """Raise `Unsupported` where a program or an expression names what neither has here; `convert` knows the field."""
    name = lacking(source)
    if name is not None:
        raise Unsupported(BEYOND, name=name)


def template(value: Any) -> Any:
    """The value with its texts in our notation. Raises `Unsupported`."""
    if isinstance(value, str):
        return _template(value)
    if isinstance(value, Mapping):
        return {name: template(inner) for name, inner in value.items()}
    return [template(inner) for inner in value] if isinstance(value, list) else value


def script(value: Any) -> str:
    """JavaScript that gives the value; what is missing on the way gives undefined, as in n8n."""
    if isinstance(value, str) and value.startswith("="):
        parts = _allowed(value[1:])
        if len(parts) == 1 and parts[0][0] == "script":
            return _careful(parts[0][1])
        return "[" + ",".join(json.dumps(one) if how == "text" else _careful(one) for how, one in parts) + '].join("")'
    if isinstance(value, Mapping):
        return "({" + ",".join(f"{json.dumps(name)}:{script(inner)}" for name, inner in value.items()) + "})"
    if isinstance(value, list):
        return "[" + ",".join(script(inner) for inner in value) + "]"
    return json.dumps(value, default=float)


def expression(source: str) -> str:
    """A template that is this one expression."""
    return "{{ " + source + " }}"


def chosen(value: Any) -> Any:
    """What a list of n8n's was set to: `{"__rl": true, "value": …}` or the value itself."""
    return value.get("value") if isinstance(value, Mapping) and "__rl" in value else value


def plain_path(value: Any) -> str | None:
    """The path of the field that an expression names, `={{ $json.a.b }}`; None for anything else."""
    found = _FIELD.fullmatch(value) if isinstance(value, str) else None
    return found[1].lstrip(".") if found else None


def split(text: str) -> list[tuple[str, str]]:
    """`("text" | "script", source)` of a text with `{{ }}` in it."""
    parts: list[tuple[str, str]] = []
    place = 0
    while (start := text.find("{{", place)) >= 0:
        end = scanning.end_of(text, start + 2)
        if end is None:
            break
        if start > place:
            parts.append(("text", text[place:start]))
        parts.append(("script", text[start + 2 : end].strip().rstrip(";").rstrip()))
        place = end + 2
    if place < len(text) or not parts:
        parts.append(("text", text[place:]))
    return parts


def _template(text: str) -> str:
    if not text.startswith("="):
        return text.replace("{{", '{{ "{" + "{" }}')
    parts = _allowed(text[1:])
    if "\n" not in text:
        return text[1:]
    return "".join(one if how == "text" else expression(_joined(one)) for how, one in parts)


def _allowed(text: str) -> list[tuple[str, str]]:
    """The parts of a text, whose expressions name only what is here: a page of HTML may hold any program of its own."""
    parts = split(text)
    for how, one in parts:
        if how == "script":
            refuse_beyond(one)
    return parts


def _joined(source: str) -> str:
    """Lines broken inside of quotes say what they say in n8n; here the break is written as JavaScript wants it."""
    if "\n" not in source or _LONELY.search(source):
        return source
    return _QUOTED.sub(lambda one: one[0] if one[0][0] == "`" else one[0].replace("\n", "\\n"), source)


def _careful(source: str) -> str:
    """What fails on its way gives undefined; so does nothing at all. No `}}` is in it: it would end a template whose
    quotes do not match, as in /'/g."""
    if not source.strip():
        return "undefined"
    return f"(()=>{{try{{return ({_joined(source)}\n)}}catch{{return undefined}} }})()"
