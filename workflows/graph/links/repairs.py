"""PURE: links that would cure a finding. They are proposals: nobody draws them but a person."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace

from workflows.graph.definition import MAX_LABEL
from workflows.graph.links.model import LinkGraph, LinkNode
from workflows.graph.links.reach import MOST_LOOKED_AT, is_root

_ADDITION = re.compile(r"\s*[(\[].*[)\]]\s*$|[\s_-]*\d+$")
LEAST = 4
"""A name has to share so many letters with another one before they are thought to belong together."""


@dataclass(frozen=True)
class Repair:
    """A link from an output (by number, from 0) of one node to the first input of another, by their ids.

    `because` is `name_stem` or `position`; `code` is the finding that it would cure. Without a target a notification is
    to be added behind the source.
    """

    code: str
    source: str
    target: str | None
    output: int
    because: str


def repairs(graph: LinkGraph, places: dict[str, tuple[float, float]]) -> list[Repair]:
    """A proposal for each of the first nodes that nothing leads to, and every error kept without telling anybody.

    Where no trigger begins, what nothing leads to may well be a beginning, unless it leads nowhere either.
    """
    triggers = any(node.trigger is not None for node in graph.working)
    led = graph.strict or triggers
    roots = [
        node
        for node in graph.working
        if (led or not graph.outs.get(node.id)) and is_root(graph, node) and node.outputs != ()
    ]
    able = [node for node in graph.working if node.family is None and not node.answers and node.terminality != "stop"]
    found = [
        repair
        for node in roots[:MOST_LOOKED_AT]
        if (repair := _by_name(graph, node, able) or _by_place(graph, node, able, places)) is not None
    ]
    found = _spread(graph, found, places)
    told = _telling(graph)
    found += [
        Repair("save_error_without_notification", node.id, None, 0, "terminal")
        for node in graph.working
        if node.saves_error and not node.disabled and node.id not in told and not graph.outs.get(node.id)
    ]
    return found


def _spread(graph: LinkGraph, found: list[Repair], places: dict[str, tuple[float, float]]) -> list[Repair]:
    """Several that would hang on one branching node take its open outputs in turn, from above: so people draw them."""
    takers: defaultdict[str, list[Repair]] = defaultdict(list)
    for repair in found:
        takers[repair.source].append(repair)
    outputs: dict[Repair, int] = {}
    for source, mine in takers.items():
        used = {link.output for link in graph.outs.get(source, ())}
        free = [place for place in range(len(graph.by_id[source].outputs or ())) if place not in used]
        mine.sort(key=lambda repair: places.get(repair.target or "", (0.0, 0.0))[1])
        outputs |= dict(zip(mine, free, strict=False)) if len(free) > 1 else {}
    return [replace(repair, output=outputs.get(repair, repair.output)) for repair in found]


def _telling(graph: LinkGraph) -> set[str]:
    return {node.id for node in graph.working if node.notifies}


def _by_name(graph: LinkGraph, node: LinkNode, able: list[LinkNode]) -> Repair | None:
    """From the source whose name is the stem of this node's name."""
    stem = _ADDITION.sub("", node.name[:MAX_LABEL]).casefold()
    if len(stem) < LEAST:
        return None
    named = (other for other in able if other.id != node.id and other.name.casefold() == stem)
    source = next(named, None)
    return (
        None if source is None else Repair("no_incoming", source.id, node.id, _open_output(graph, source), "name_stem")
    )


def _by_place(
    graph: LinkGraph, node: LinkNode, able: list[LinkNode], places: dict[str, tuple[float, float]]
) -> Repair | None:
    """From the nearest open end to the left of it that does not run behind it, rather from one that leads nowhere."""
    here = places.get(node.id)
    if here is None:
        return None
    behind = graph.follow([node.id], through_disabled=True)
    ends = [
        ((bool(graph.outs.get(other.id)), here[0] - places[other.id][0] + abs(here[1] - places[other.id][1])), other)
        for other in able
        if other.id in places
        and other.id not in behind
        and places[other.id][0] < here[0]
        and other.terminality == "other"
        and _has_open_output(graph, other)
    ]
    if not ends:
        return None
    source = min(ends, key=lambda end: end[0])[1]
    return Repair("no_incoming", source.id, node.id, _open_output(graph, source), "position")


def _has_open_output(graph: LinkGraph, node: LinkNode) -> bool:
    used = {link.output for link in graph.outs.get(node.id, ())}
    return any(place not in used for place in range(len(node.outputs or ("main",))))


def _open_output(graph: LinkGraph, node: LinkNode) -> int:
    """The first output without a link, else the first."""
    used = {link.output for link in graph.outs.get(node.id, ())}
    return next((place for place in range(len(node.outputs or ("main",))) if place not in used), 0)
