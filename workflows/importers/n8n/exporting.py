"""PURE: a definition as an n8n document. One that came from n8n and was not changed comes out as it went in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflows.importers.n8n.document import MAX_NODES, NATIVE, read

MAX_LABEL = 500
MAX_PLACES = 200
"""Outputs of one kind that a node may have: each of those before the last one is written, too."""


def to_document(definition: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The document; nodes without an original are written with a type of ours, which n8n does not know.

    The definition is one that `graph.definition.parse` accepts. Raises `NotAWorkflow` for kept links that are none.
    """
    kept = definition.get("n8n")
    kept = kept if isinstance(kept, Mapping) else {}
    rest = kept.get("document")
    names = _names(definition["nodes"])
    nodes = [_node(node, names[node["id"]]) for node in definition["nodes"]]
    remarks = kept.get("remarks")
    pairs = [pair for pair in remarks if isinstance(pair, list) and len(pair) == 2] if isinstance(remarks, list) else []
    for place, remark in pairs:
        nodes.insert(place if isinstance(place, int) and 0 <= place <= MAX_NODES else len(nodes), remark)
    document = {**(rest if isinstance(rest, Mapping) else {"name": name}), "nodes": nodes}
    if not _is_unchanged(definition, kept, names):
        document["connections"] = _connections(definition, kept, names)
    elif "connections" in kept:
        document["connections"] = kept["connections"]
    return document


def _names(nodes: list[Mapping[str, Any]]) -> dict[str, str]:
    """The name of each node: the written one as long as nobody has changed the label that was made from it."""
    found = {}
    for node in nodes:
        label, original = _data(node).get("label") or node["id"], _original(node)
        written = _written_name(original)
        unchanged = original is not None and label == (written or node["id"])[:MAX_LABEL]
        found[node["id"]] = written if unchanged else label
    return found


def _data(node: Mapping[str, Any]) -> Mapping[str, Any]:
    data = node.get("data")
    return data if isinstance(data, Mapping) else {}


def _original(node: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The node as n8n has written it; None for one that was made here."""
    original = _data(node).get("n8n")
    return original if isinstance(original, Mapping) else None


def _written_name(original: Mapping[str, Any] | None) -> str:
    """What is no text is no name, as when the document is read."""
    name = None if original is None else original.get("name")
    return name if isinstance(name, str) else ""


def _made(kept: Mapping[str, Any]) -> set[int]:
    """The numbers of the links that became edges."""
    numbers = kept.get("edges")
    return {number for number in numbers if isinstance(number, int)} if isinstance(numbers, list) else set()


def _node(node: Mapping[str, Any], name: str) -> dict[str, Any]:
    original = _original(node)
    if original is not None:
        return dict(original) if _written_name(original) == name else {**original, "name": name}
    position = node.get("position") or {}
    return {
        "id": node["id"],
        "name": name,
        "type": f"{NATIVE}{node['type']}",
        "typeVersion": 1,
        "position": [position.get("x", 0), position.get("y", 0)],
        "parameters": _data(node).get("config") or {},
    }


def _is_unchanged(definition: Mapping[str, Any], kept: Mapping[str, Any], names: Mapping[str, str]) -> bool:
    """Whether the edges are those that the written links gave, between nodes of the same names."""
    if {edge.get("id") for edge in definition.get("edges") or ()} != {f"link-{number}" for number in _made(kept)}:
        return False
    return all(
        _original(node) is not None and _written_name(_original(node)) == names[node["id"]]
        for node in definition["nodes"]
    )


def _connections(definition: Mapping[str, Any], kept: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The written links without those whose edge is gone, and a link for each edge that is new."""
    renamed = {_written_name(_original(node)): names[node["id"]] for node in definition["nodes"] if _original(node)}
    left = {edge.get("id") for edge in definition.get("edges") or ()}
    made = _made(kept)
    known = {f"link-{number}" for number in made}
    found: dict[str, Any] = {}
    for number, link in enumerate(read({"nodes": [], "connections": kept.get("connections") or {}}).links):
        if link.target is None or (number in made and f"link-{number}" not in left):
            continue
        target = renamed.get(link.target, link.target)
        _add(found, renamed.get(link.source, link.source), link.key, link.output, {**link.entry, "node": target})
    for edge in definition.get("edges") or ():
        if edge.get("id") not in known:
            kind, output = _place(edge.get("sourceHandle"))
            _kind, place = _place(edge.get("targetHandle"))
            source, target = names.get(edge["source"], edge["source"]), names.get(edge["target"], edge["target"])
            _add(found, source, kind, output, {"node": target, "type": kind, "index": place})
    return found


_PLACES = {"false": 1, "done": 1, "second": 1, "confirmed": 1}


def _place(handle: Any) -> tuple[str, int]:
    """Kind and number of a handle: `ai_tool:1`, `case_3`, `false`."""
    if isinstance(handle, str):
        kind, _colon, number = handle.rpartition(":")
        if kind and (place := _number(number)) is not None:
            return kind, place
        if handle.startswith("case_") and (case := _number(handle[5:])):
            return "main", case - 1
        return "main", _PLACES.get(handle, 0)
    return "main", 0


def _number(text: str) -> int | None:
    """A number below `MAX_PLACES`: a handle is whatever somebody has written."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else MAX_PLACES
    return number if number < MAX_PLACES else None


def _add(found: dict[str, Any], source: str, kind: str, output: int, entry: dict[str, Any]) -> None:
    """An output that nothing leaves is `null`, as n8n writes it: a list for each would take much memory for nothing."""
    outputs = found.setdefault(source, {}).setdefault(kind, [])
    outputs.extend([None] * (output + 1 - len(outputs)))
    if outputs[output] is None:
        outputs[output] = []
    outputs[output].append(entry)
