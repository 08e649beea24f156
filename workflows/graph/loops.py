"""PURE: the loops of a graph: which nodes belong to one, where it is entered, which edges lead back.

There are two kinds. A `loop` node sends its items in batches through its port `loop`; everything that can only be
reached through that port is its body, and an edge from the body back to the node returns items to it. A guarded edge
(`data.maxIterations`) leads back to an earlier node; the nodes between the two are run again, as often as it fires.
Loops lie inside one another or apart, and are entered only at their header.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from workflows.graph.definition import Definition
from workflows.graph.facts import NodeFacts, source_port

LOOP_PORT = "loop"

Kind = Literal["items", "back"]


@dataclass(frozen=True, slots=True)
class Link:
    """An edge as the search for loops sees it; `limit` is the guard of an edge that leads back."""

    id: str
    source: str
    target: str
    port: str | None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Region:
    """One loop. `members` run in every pass (of a `loop` node: its body without the node itself)."""

    header: str
    kind: Kind
    members: frozenset[str]
    limit: int | None
    parent: int | None = None


@dataclass(frozen=True, slots=True)
class Irregular:
    """A loop that cannot be run: it is entered in the middle, or it overlaps another one."""

    header: str
    link: str | None


def of_definition(
    definition: Definition, facts: Mapping[str, NodeFacts | None]
) -> tuple[list[Region], list[Irregular], list[Link]]:
    """The loops of a definition, what is wrong with them, and its edges in the form in which they were looked at."""
    known = [node.id for node in definition.nodes]
    names = set(known)
    links = [
        Link(
            edge.id or "",
            edge.source,
            edge.target,
            _port(facts[edge.source], edge.source_handle),
            edge.max_iterations,
        )
        for edge in definition.edges
        if edge.source in names and edge.target in names
    ]
    loop_nodes = {name for name in known if (told := facts[name]) is not None and told.loops}
    regions, faults = find(known, links, loop_nodes)
    return regions, faults, links


def _port(facts: NodeFacts | None, handle: str | None) -> str | None:
    return handle if facts is None else source_port(facts, handle)


def find(
    nodes: Sequence[str], links: Sequence[Link], loop_nodes: Collection[str]
) -> tuple[list[Region], list[Irregular]]:
    """The loops, outer ones before inner ones, and what is wrong with them."""
    regions = [*_items_regions(nodes, links, loop_nodes), *_back_regions(links, loop_nodes)]
    regions = _with_whole_bodies(regions)
    entered = {link.target for link in links if not leads_back(link, regions)}
    _leaving, arriving = _by_end(links)
    places = {node: place for place, node in enumerate(nodes)}
    faults = []
    for region in regions:
        members = sorted(region.members, key=places.__getitem__)
        faults += _wrong_entries(region, members, arriving, entered)
    faults += _overlaps(regions)
    if faults:
        return [], faults
    return _nested(regions), []


def leads_back(link: Link, regions: Iterable[Region]) -> bool:
    """Whether the edge closes one of the loops."""
    return any(
        link.target == region.header
        and link.source in region.members
        and (region.kind == "items" or link.limit is not None)
        for region in regions
    )


def _items_regions(nodes: Sequence[str], links: Sequence[Link], loop_nodes: Collection[str]) -> list[Region]:
    """The bodies of `loop` nodes: what is inside, without what a run also reaches from elsewhere (`entries`)."""
    incoming = {link.target for link in links if link.source != link.target}
    leaving, arriving = _by_end(links)
    begun = _reach([node for node in nodes if node not in incoming], leaving, stop=set())
    regions = []
    for header in nodes:
        if header not in loop_nodes:
            continue
        inside = _reach([link.target for link in leaving[header] if link.port == LOOP_PORT], leaving, stop={header})
        others = begun if header in begun else begun | _reach([header], leaving, stop=inside)
        entries = [
            node
            for node in inside
            for link in arriving[node]
            if link.source not in inside
            and link.source in others
            and not (link.source == header and link.port == LOOP_PORT)
        ]
        body = inside - _reach(entries, leaving, stop={header})
        if body:
            regions.append(Region(header, "items", frozenset(body), None))
    return regions


def _back_regions(links: Sequence[Link], loop_nodes: Collection[str]) -> list[Region]:
    guarded: defaultdict[str, list[Link]] = defaultdict(list)
    for link in links:
        if link.limit is not None and link.target not in loop_nodes:
            guarded[link.target].append(link)
    backwards, _forwards = _by_end(
        [Link(link.id, link.target, link.source, link.port) for link in links if link.limit is None]
    )
    return [
        Region(
            header,
            "back",
            frozenset({header} | _reach([link.source for link in backs], backwards, stop={header})),
            min(link.limit for link in backs if link.limit is not None),
        )
        for header, backs in guarded.items()
    ]


def _with_whole_bodies(regions: Sequence[Region]) -> list[Region]:
    """A loop that goes around a `loop` node goes around its whole body, dead ends included."""
    grown = list(regions)
    for place, region in enumerate(grown):
        members = set(region.members)
        for inner in grown:
            if inner is not region and inner.header in members and inner.kind == "items":
                members |= inner.members
        grown[place] = Region(region.header, region.kind, frozenset(members), region.limit)
    return grown


def _wrong_entries(
    region: Region, members: Sequence[str], arriving: Mapping[str, Sequence[Link]], entered: Collection[str]
) -> list[Irregular]:
    """Where the loop is entered in its middle: by a link, or by a node that begins with the run, as none enters it."""
    faults = [
        Irregular(region.header, link.id)
        for node in members
        for link in arriving[node]
        if link.source not in region.members and not _enters(region, link)
    ]
    faults += [Irregular(region.header, None) for node in members if node not in entered and node != region.header]
    return faults


def _enters(region: Region, link: Link) -> bool:
    if region.kind == "items":
        return link.source == region.header and link.port == LOOP_PORT
    return link.target == region.header


def _overlaps(regions: Sequence[Region]) -> list[Irregular]:
    return [
        Irregular(other.header, None)
        for place, region in enumerate(regions)
        for other in regions[place + 1 :]
        if region.members & other.members
        and not region.members <= other.members
        and not other.members <= region.members
    ]


def _nested(regions: Sequence[Region]) -> list[Region]:
    # The body of a `loop` node may be one guarded loop from end to end: the node is around it.
    ordered = sorted(regions, key=lambda region: (-len(region.members), region.kind == "back"))
    found: list[Region] = []
    for region in ordered:
        around = [place for place, outer in enumerate(found) if region.members <= outer.members]
        found.append(Region(region.header, region.kind, region.members, region.limit, around[-1] if around else None))
    return found


def _reach(starts: Iterable[str], leaving: Mapping[str, Sequence[Link]], stop: Collection[str]) -> set[str]:
    """What can be reached from `starts`, these included; nodes in `stop` are neither entered nor passed.

    `leaving` are the links by their source.
    """
    found: set[str] = set()
    stack = [start for start in starts if start not in stop]
    while stack:
        node = stack.pop()
        if node in found:
            continue
        found.add(node)
        stack.extend(link.target for link in leaving[node] if link.target not in stop)
    return found


def _by_end(links: Sequence[Link]) -> tuple[Mapping[str, Sequence[Link]], Mapping[str, Sequence[Link]]]:
    """The links by their source, and by their target; a node without any has none."""
    leaving: defaultdict[str, list[Link]] = defaultdict(list)
    arriving: defaultdict[str, list[Link]] = defaultdict(list)
    for link in links:
        leaving[link.source].append(link)
        arriving[link.target].append(link)
    return leaving, arriving
