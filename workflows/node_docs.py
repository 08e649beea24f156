"""docs/nodes.md: every node type for people who build workflows, in English, from what the types say of themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from django.utils.translation import override

from workflows import catalogue
from workflows.services import check_config

LANGUAGE: Final = "en"
EXAMPLES: Final = Path(__file__).parent / "node_examples.json"
"""A config of each type: `{type: config}`. The tests run them."""
HEAD: Final = """\
# Node types

Written by `make docs` from the types themselves; `GET /node-types` says the same in the reader's language. What holds
for all nodes - joins, failures, retries, data - stands in [building.md](building.md). A field takes a template
`{{ … }}` in the place of any value, unless the node is a trigger.
"""
GROUPS: Final = ("flow", "data", "http")
"""Which groups come first; the others follow by name."""


def page() -> str:
    """The whole page."""
    with override(LANGUAGE):
        described = [one for one in map(catalogue.describe, catalogue.all_types()) if not one["package"]]
        described.sort(key=lambda one: (_rank(one["group"]), one["group"], one["type"]))
        parts = [HEAD]
        for group, members in groupby(described, key=lambda one: one["group"]):
            parts.append(f"\n## Group `{group}`\n")
            parts += ["\n" + "\n".join(_node(one)) + "\n" for one in members]
    return "".join(parts)


def examples() -> dict[str, Any]:
    """The example of each type that has one."""
    found: dict[str, Any] = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    return found


def example_of(node_type: str) -> dict[str, Any] | None:
    """A config that the type takes: the one written for it, or an empty one where that is enough."""
    known = examples().get(node_type)
    if known is not None:
        return dict(known)
    return {} if not check_config(catalogue.get(node_type), {}) else None


def _rank(group: str) -> int:
    return GROUPS.index(group) if group in GROUPS else len(GROUPS)


def _node(one: Mapping[str, Any]) -> Iterator[str]:
    yield f"### `{one['type']}` - {one['title']}"
    yield ""
    yield one["description"]
    yield ""
    yield f"* inputs: {_ports(one['inputs'])}; outputs: {_ports(one['outputs'])}"
    yield f"* {_manner(one)}"
    fields = list(_fields(one["configSchema"]))
    if fields:
        yield ""
        yield "| field | type | default | |"
        yield "|---|---|---|---|"
        yield from fields
    example = example_of(one["type"])
    if example:
        yield ""
        yield "```json"
        yield json.dumps(example, ensure_ascii=False, indent=2)
        yield "```"


def _ports(ports: list[dict[str, Any]]) -> str:
    told = [f"`{port['name']}` ({port['title']}{', required' if port['required'] else ''})" for port in ports]
    return ", ".join(told) or "none"


def _manner(one: Mapping[str, Any]) -> str:
    retry = one["defaults"]["retry"]
    said = [f"weight `{one['weight']}`", f"cut off after {one['defaults']['timeoutSeconds']:g} s"]
    if retry["attempts"] > 1:
        said.append(f"up to {retry['attempts']} attempts, {retry['backoff']} pauses from {retry['delaySeconds']:g} s")
    if not one["repeatable"]:
        said.append("not safe to run twice")
    if one["stores"]:
        said.append(f"its output is stored as {one['stores']} data")
    said += [name for name, is_so in (("a trigger", one["starts"]), ("ends its branch", one["returns"])) if is_so]
    return ", ".join(said)


def _fields(schema: Mapping[str, Any]) -> Iterator[str]:
    """A row for each field of the config, those of the objects inside it below it with their path."""
    yield from _rows(schema, schema.get("$defs", {}), "", ())


def _rows(model: Mapping[str, Any], known: Mapping[str, Any], prefix: str, above: tuple[str, ...]) -> Iterator[str]:
    required = set(model.get("required", ()))
    for name, field in model.get("properties", {}).items():
        default = "required" if name in required else f"`{json.dumps(field.get('default'), ensure_ascii=False)}`"
        said = f"{field.get('title', '')}. {field.get('description', '')}".strip(". ")
        yield f"| `{prefix}{name}` | {_cell(_type(field, known))} | {_cell(default)} | {_cell(said)} |"
        for inner in _models(field, known):
            if inner not in above:
                mark = "[]" if field.get("type") == "array" else ""
                yield from _rows(known[inner], known, f"{prefix}{name}{mark}.", (*above, inner))


def _models(field: Mapping[str, Any], known: Mapping[str, Any]) -> list[str]:
    """The names of the objects that a field holds."""
    parts = [field, field.get("items", {}), *field.get("anyOf", ()), *field.get("oneOf", ())]
    parts += [part.get("items", {}) for part in field.get("anyOf", ()) if isinstance(part, dict)]
    names = [str(part["$ref"]).rsplit("/", 1)[-1] for part in parts if isinstance(part, dict) and "$ref" in part]
    return [name for name in dict.fromkeys(names) if known.get(name, {}).get("properties")]


def _type(field: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    if "$ref" in field:
        return _type(known.get(str(field["$ref"]).rsplit("/", 1)[-1], {}), known)
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    if "const" in field:
        return f"`{field['const']}`"
    options = field.get("anyOf") or field.get("oneOf")
    if options:
        return " or ".join(dict.fromkeys(_type(option, known) for option in options))
    kind = field.get("type", "any")
    if kind == "array":
        inner = _type(field.get("items", {}), known)
        return f"list of {inner}"
    return f"{kind}{_bounds(field)}"


def _bounds(field: Mapping[str, Any]) -> str:
    low = field.get("minimum", field.get("exclusiveMinimum"))
    high = field.get("maximum", field.get("exclusiveMaximum"))
    if low is None and high is None:
        return ""
    return f" {'' if low is None else low}..{'' if high is None else high}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
