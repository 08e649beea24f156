"""Items as a workflow expects them, guessed from the names that its expressions and programs use."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from integrations import safe_json

_KEY: Final = r"(?:\??\.[A-Za-z_]\w*|\??\.?\[\s*(?:\d+|\"[^\"\\\]]+\"|'[^'\\\]]+')\s*\])"
_OWN: Final = re.compile(
    rf"(?:\$json|\$input\.(?:item|first\(\)|last\(\))\.json|items?\[0\]\.json|item\.json)((?:{_KEY})+)"
)
_NAMED: Final = re.compile(
    rf"\$(?:\(\s*[\"'`]([^\"'`]+)[\"'`]\s*\)\.(?:item|first\(\)|last\(\)|all\(\)\[0\])\.json"
    rf"|node\[\s*[\"']([^\"']+)[\"']\s*\]\.(?:json|data))((?:{_KEY})+)"
)
_STEP: Final = re.compile(r"\??\.([A-Za-z_]\w*)|\[\s*(?:(\d+)|\"([^\"]+)\"|'([^']+)')\s*\]")
LISTS: Final = frozenset(
    {"map", "filter", "find", "some", "every", "forEach", "reduce", "join", "flatMap", "slice", "sort"}
)
TEXTS: Final = frozenset(
    {"split", "replace", "replaceAll", "trim", "toLowerCase", "toUpperCase", "match", "startsWith", "includes",
     "substring", "substr", "toDateTime", "endsWith", "removeMarkdown", "toTitleCase", "extractDomain"}
)  # fmt: skip
NUMBERS: Final = frozenset({"toLocaleString", "toFixed"})
OTHERS: Final = frozenset(
    {"length", "toString", "toISOString", "hasOwnProperty", "toJsonString", "isEmpty", "isNotEmpty"}
)


def samples(definition: Mapping[str, Any], url: str) -> dict[str, dict[str, Any]]:
    """For each node, by id, an item that what comes after it can work with. Addresses lead to `url`."""
    nodes = {node["id"]: node for node in definition["nodes"]}
    named = {node["data"]["label"]: name for name, node in nodes.items()}
    found: dict[str, dict[str, Any]] = {name: {} for name in nodes}
    for name, node in nodes.items():
        text = safe_json.dumps([node["data"].get("config"), node["data"].get("n8n", {}).get("parameters")])
        text = text.replace('\\"', '"').replace("\\n", "\n")
        before = [edge["source"] for edge in definition["edges"] if edge["target"] == name]
        for path in _OWN.findall(text):
            for source in before:
                _put(found[source], path, url)
        for modern, old, path in _NAMED.findall(text):
            if (modern or old) in named:
                _put(found[named[modern or old]], path, url)
    return found


def _put(item: dict[str, Any], path: str, url: str) -> None:
    keys = list(_keys(path))
    kind = None
    if keys and isinstance(keys[-1], str) and keys[-1] in LISTS | TEXTS | NUMBERS | OTHERS:
        last = str(keys.pop())
        kind = "list" if last in LISTS else "number" if last in NUMBERS else "text"
    while keys and isinstance(keys[0], int):
        keys.pop(0)
    if not keys:
        return
    at: Any = item
    for key, following in zip(keys, [*keys[1:], None], strict=True):
        if isinstance(key, str) and key in LISTS | TEXTS | OTHERS:
            return
        empty: Any = [] if isinstance(following, int) else {}
        value = empty if following is not None else _value(str(key), kind, url)
        if isinstance(at, list):
            if not at:
                at.append(value)
            key = 0
        elif key not in at or (following is not None and not isinstance(at[key], dict | list)):
            at[key] = value
        at = at[key] if not isinstance(at, str | int | float) else None
        if not isinstance(at, dict | list):
            return


def _keys(path: str) -> Iterator[str | int]:
    for name, number, double, single in _STEP.findall(path):
        yield int(number) if number else name or double or single


def _value(name: str, kind: str | None, url: str) -> Any:
    """What a field of this name might hold."""
    low = name.lower()
    if kind == "list":
        return [{"id": 1, "name": "Ann", "url": f"{url}/thing.png"}]
    if kind == "number" or any(
        word in low for word in ("count", "price", "amount", "number", "total", "size", "chat_id")
    ):
        return 7
    if any(word in low for word in ("url", "link", "uri", "image", "photo")):
        return f"{url}/thing.png"
    if "email" in low or low in ("from", "to"):
        return "ann@example.org"
    if any(word in low for word in ("date", "time", "_at", "stamp")):
        return "2026-03-03T12:00:00.000Z"
    return "7" if low.endswith("id") else f"{name} of Ann"
