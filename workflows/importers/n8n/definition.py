"""PURE: an n8n workflow as a definition of ours. All that it says is kept, whether it means something here or not.

{"origin": "n8n", "nodes": […, "data": {"label", "config", "settings", "n8n": the node as written}], "edges": […],
 "n8n": {"document": what is beside nodes and connections, "connections": as written, "remarks": [[place, node]],
         "edges": numbers of the links that became edges}}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from workflows.graph.cycles import circles
from workflows.importers.n8n.conversion import UNSUPPORTED, Converted, Reason, convert
from workflows.importers.n8n.converters import converters
from workflows.importers.n8n.document import Document, RawLink, Written
from workflows.importers.n8n.link_graph import is_kind
from workflows.importers.n8n.pinned import pinned
from workflows.importers.n8n.settings_of_others import with_settings_of_others
from workflows.importers.n8n.sub_nodes import parted
from workflows.importers.n8n.switch_over import SwitchOver, switch_over
from workflows.items.wording import gettext_noop

PART_OF_LOST = gettext_noop("Работает внутри узла «%(owner)s», который не перенесён: причины названы у него")
MAX_PASSES = 1000
"""How often a link that leads back may be followed: n8n has no limit."""
MOST_NESTED = 20
"""Circles within circles, each of which is entered somewhere: so many levels are looked at one by one."""
MAX_LABEL = 500


@dataclass(frozen=True)
class NodeReport:
    """What became of a node: its name and type there, its type here, and the reasons when it is unsupported.

    `part_of` is the name of the node that it works inside; then `type` is that node's.
    """

    name: str
    original: str
    type: str
    reasons: tuple[Mapping[str, Any], ...]
    part_of: str | None = None


@dataclass(frozen=True)
class Imported:
    """A definition, what became of every node, and what people have to do before the workflow takes over.

    `pins` are items for tests, by node and port.
    """

    definition: dict[str, Any]
    nodes: tuple[NodeReport, ...]
    switch_over: SwitchOver
    pins: Mapping[str, Mapping[str, list[Any]]] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        return all(node.type != UNSUPPORTED for node in self.nodes)


def to_definition(document: Document) -> Imported:
    """The document as a definition."""
    document = with_settings_of_others(document)
    apart = parted(document)
    converted = {node.id: convert(node, converters()) for node in apart.roots}
    names = {node.id: node.name for node in document.nodes}
    converted |= {part: _lost(owners, converted, names) for part, owners in apart.owners.items()}
    inside = {part for part in apart.owners if not converted[part].is_unsupported}
    working = [node for node in document.nodes if node.kind != "stickyNote" and node.id not in inside]
    edges, made = _edges(document, working, converted)
    rest = {name: value for name, value in document.raw.items() if name not in ("nodes", "connections")}
    kept = {node.id for node in working}
    remarks = [[place, node.raw] for place, node in enumerate(document.nodes) if node.id not in kept]
    definition: dict[str, Any] = {
        "origin": "n8n",
        "nodes": [_node(node, converted[node.id]) for node in working],
        "edges": edges,
        "settings": _settings(document.raw.get("settings")),
        "n8n": {"document": rest, "remarks": remarks, "edges": made},
    }
    if "connections" in document.raw:
        definition["n8n"]["connections"] = document.raw["connections"]
    written = [node for node in document.nodes if node.kind != "stickyNote"]
    parts = {part: names[apart.owners[part][0]] for part in inside}
    reports = tuple(_report(node, converted[node.id], parts.get(node.id)) for node in written)
    ports = {name: one.outputs[0] for name, one in converted.items() if one.outputs and one.outputs[0] is not None}
    return Imported(definition, reports, switch_over(written), pinned(document, working, ports))


def _lost(owners: tuple[str, ...], converted: Mapping[str, Converted], names: Mapping[str, str]) -> Converted:
    """What becomes of a part: what its owner is; where one of several cannot run here, the part cannot either."""
    lost = next((owner for owner in owners if converted[owner].is_unsupported), None)
    if lost is None:
        return converted[owners[0]]
    return replace(converted[lost], reasons=(Reason(PART_OF_LOST, {"owner": names[lost][:200]}),))


def _settings(written: Any) -> dict[str, Any]:
    """The deadline; other settings of n8n are kept and mean nothing here."""
    seconds = written.get("executionTimeout") if isinstance(written, Mapping) else None
    is_limit = isinstance(seconds, int) and not isinstance(seconds, bool) and 0 < seconds <= 31_622_400
    return {"deadlineSeconds": seconds} if is_limit else {}


def _node(node: Written, converted: Converted) -> dict[str, Any]:
    config = dict(converted.config)
    if converted.is_unsupported:
        config = {"original": str(node.raw["type"])[:500], "reasons": _reasons(converted)}
    return {
        "id": node.id,
        "type": converted.type,
        "position": _position(node.raw.get("position")),
        "data": {
            "label": (node.name or node.id)[:MAX_LABEL],
            "config": config,
            "settings": dict(converted.settings),
            "n8n": node.raw,
        },
    }


def _reasons(converted: Converted) -> list[dict[str, Any]]:
    return [{"message": reason.message, "params": dict(reason.params)} for reason in converted.reasons]


def _report(node: Written, converted: Converted, part_of: str | None) -> NodeReport:
    reasons = tuple(_reasons(converted)) if part_of is None else ()
    return NodeReport(node.name, str(node.raw["type"]), converted.type, reasons, part_of)


def _position(written: Any) -> dict[str, float]:
    numbers = [
        one
        for one in (written if isinstance(written, list) else [])
        if not isinstance(one, bool | str | list | Mapping) and one is not None
    ]
    return {"x": numbers[0], "y": numbers[1]} if len(numbers) == 2 else {"x": 0, "y": 0}


def _edges(
    document: Document, working: list[Written], converted: Mapping[str, Converted]
) -> tuple[list[dict[str, Any]], list[int]]:
    """Edges for links whose ends have the ports that they need, and the numbers of those links."""
    named: dict[str, Written] = {}
    for node in working:
        named.setdefault(node.name, node)
    found: list[tuple[int, dict[str, Any]]] = []
    for number, link in enumerate(document.links):
        source, target = named.get(link.source), named.get(link.target or "")
        if source is not None and target is not None and is_kind(link.key):
            ends = _handles(link, source, converted[source.id], converted[target.id])
            if ends is not None:
                edge = {"id": f"link-{number}", "source": source.id, "target": target.id}
                found.append((number, {**edge, "sourceHandle": ends[0], "targetHandle": ends[1]}))
    edges = [edge for _number, edge in found]
    _guard(edges, converted)
    return edges, [number for number, _edge in found]


def _handles(link: RawLink, node: Written, source: Converted, target: Converted) -> tuple[str, str] | None:
    first = f"{link.key}:{link.output}" if source.is_unsupported else _port(source.outputs, link, link.output)
    if not source.is_unsupported and link.key == "main" and link.output == len(source.outputs):
        first = "error" if node.raw.get("onError") == "continueErrorOutput" else None
    second = f"{link.key}:{link.input}" if target.is_unsupported else _port(target.inputs, link, link.input)
    return None if first is None or second is None else (first, second)


def _port(ports: tuple[str | None, ...], link: RawLink, place: int) -> str | None:
    """The native name of a main port. Sub-nodes have none here."""
    return ports[place] if link.key == "main" and place < len(ports) else None


def _guard(edges: list[dict[str, Any]], converted: Mapping[str, Converted]) -> None:
    """Give the links that lead back a limit, those to loop nodes aside: they have their own."""
    plain = [edge for edge in edges if converted[edge["target"]].type != "loop"]
    for _round in range(MOST_NESTED):
        found = _circles(plain, converted)
        if not found:
            return
        plain = _without_backs(plain, found, edges)
    _cut_by_order(plain, _circles(plain, converted))


def _circles(edges: list[dict[str, Any]], converted: Mapping[str, Converted]) -> list[list[str]]:
    successors: dict[str, list[str]] = {name: [] for name in converted}
    for edge in edges:
        successors[edge["source"]].append(edge["target"])
    return circles(successors)


def _without_backs(
    plain: list[dict[str, Any]], found: list[list[str]], edges: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Cut each circle where it is entered from outside: links inside it that lead there get their limit."""
    number = {name: place for place, circle in enumerate(found) for name in circle}
    entries = {edge["target"] for edge in edges if number.get(edge["source"], -1) != number.get(edge["target"], -1)}
    headers = {next((name for name in circle if name in entries), circle[0]) for circle in found}
    left = []
    for edge in plain:
        if edge["target"] in headers and number.get(edge["source"]) == number[edge["target"]]:
            edge["data"] = {"maxIterations": MAX_PASSES}
        else:
            left.append(edge)
    return left


def _cut_by_order(plain: list[dict[str, Any]], found: list[list[str]]) -> None:
    """Give a limit to each link of a circle that leads to a node that is written earlier: no circle is without one."""
    place = {name: (number, position) for number, circle in enumerate(found) for position, name in enumerate(circle)}
    for edge in plain:
        source, target = place.get(edge["source"]), place.get(edge["target"])
        if source is not None and target is not None and source[0] == target[0] and target <= source:
            edge["data"] = {"maxIterations": MAX_PASSES}
