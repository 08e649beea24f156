"""PURE: the compiled graph, the only form of a workflow that a run reads.

Handles are resolved to ports and defaults to values here, once per version, so that recording a step looks at that
step's own edges and at nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal
from uuid import UUID

from workflows.graph import loops
from workflows.graph.definition import Definition, NodeSpec
from workflows.graph.facts import ERROR_PORT, NodeFacts, Stores, Weight, source_port, standing_aside, target_port
from workflows.graph.loops import Kind, Link, Region
from workflows.graph.settings import GraphSettings, Join, OnError, OnWorkerLost, RetryPolicy, WhenEmpty

__all__ = ["ERROR_PORT", "CompiledGraph", "CompiledNode", "InEdge", "OutEdge", "compile_graph"]


PASSES_ON = "noop"
"""The type that a disabled node has in a run."""

Role = Literal["plain", "loop", "back", "exit"]
"""loop: into the body of a `loop` node; back: closes a loop; exit: leaves one, and counts when the loop is over."""


@dataclass(frozen=True, slots=True)
class OutEdge:
    """An edge seen from its source. It leaves `up` loops and enters `down` others at their first pass."""

    target: str
    source_handle: str
    target_handle: str
    role: Role = "plain"
    up: int = 0
    down: int = 0


@dataclass(frozen=True, slots=True)
class InEdge:
    """The same edge seen from its target."""

    source: str
    source_handle: str
    target_handle: str
    role: Role = "plain"
    up: int = 0
    down: int = 0


@dataclass(frozen=True, slots=True)
class CompiledRegion:
    """A loop. `members` are the nodes whose innermost loop it is, `inner` the guarded loops right inside it.

    `exits` are the edges (source, edge) that count when this loop is over.
    """

    header: str
    kind: Kind
    limit: int | None
    parent: int | None
    members: tuple[str, ...]
    inner: tuple[int, ...]
    exits: tuple[tuple[str, OutEdge], ...]


@dataclass(frozen=True, slots=True)
class CompiledNode:
    """One node with everything the engine asks about it. `config` is as written: its templates are not rendered."""

    id: str
    type: str
    label: str
    config: Mapping[str, Any]
    weight: Weight
    join: Join
    retry: RetryPolicy
    timeout_seconds: float
    on_error: OnError
    repeatable: bool
    stores: Stores | None
    on_worker_lost: OnWorkerLost
    isolate: bool
    outs: tuple[OutEdge, ...]
    ins: tuple[InEdge, ...]
    first_output: str
    inputs: tuple[str, ...]
    position: int = 0
    """Its place in the definition."""
    region: int | None = None
    in_degree: int = 0
    """The incoming edges that its join counts: all but those that lead back."""
    body: int | None = None
    """Of a `loop` node: the loop that it drives."""
    bigquery: bool | None = None
    """Whether its stored rows go on to BigQuery; None as the workflow has it."""
    credentials: tuple[UUID, ...] = ()
    """Those that its config names."""
    pinned: Mapping[str, Sequence[Any]] | None = None
    """In a test: the items by port that it gives without running."""
    run_once: bool = False
    """Whether only the first item of each input is looked at."""
    when_empty: WhenEmpty = "pass"
    lenient: bool = False
    """Whether an expression that asks nothing for something gives nothing, in the place of failing the step."""
    disabled: bool = False
    """Whether it only hands the items of its first input to its first output."""

    def taken(self, inputs: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
        """The items that it works with, of those that have come."""
        return {port: items[:1] if self.run_once else items for port, items in inputs.items()}

    def given(self, ports: Mapping[str, Sequence[Any]]) -> Mapping[str, Sequence[Any]]:
        """The ports that fire, with their items, of those that its type has fired."""
        if self.disabled:
            ports = dict.fromkeys((self.first_output,), next(iter(ports.values()), ()))
        if self.when_empty == "pass":
            return ports
        full = {port: items for port, items in ports.items() if items}
        return full if full or self.when_empty == "skip" else {self.first_output: [{}]}


@dataclass(frozen=True, slots=True)
class CompiledGraph:
    """A whole workflow. `nodes` keeps the order of the definition; `roots` are the nodes that a run starts with."""

    nodes: Mapping[str, CompiledNode]
    roots: tuple[str, ...]
    settings: GraphSettings
    regions: tuple[CompiledRegion, ...] = ()
    credentials: tuple[UUID, ...] = ()
    """Those of all its nodes."""


Pins = Mapping[str, Mapping[str, Sequence[Any]]]
"""Items by node and port."""


def compile_graph(
    definition: Definition, describe: Callable[[str], NodeFacts], pins: Pins | None = None
) -> CompiledGraph:
    """The graph of a definition without errors. `describe` gives the facts of a node type, or raises.

    With `pins` it is that of a test: the nodes named there give their items, and nothing is kept as a dataset.
    """
    facts = {node.id: describe(node.type) for node in definition.nodes}
    facts |= {node.id: standing_aside(facts[node.id]) for node in definition.nodes if node.settings.disabled}
    if pins is not None:
        facts |= {name: _as_given(facts[name]) for name in pins if name in facts}
    regions, _faults, links = loops.of_definition(definition, facts)
    around = _surroundings(definition, regions)
    outs: dict[str, list[OutEdge]] = {node.id: [] for node in definition.nodes}
    ins: dict[str, list[InEdge]] = {node.id: [] for node in definition.nodes}
    for edge, link in zip(definition.edges, links, strict=True):
        source_handle = source_port(facts[edge.source], edge.source_handle)
        target_handle = target_port(facts[edge.target], edge.target_handle)
        if source_handle is None or target_handle is None:
            raise ValueError(f"edge {edge.id} is not connected to ports: the definition was not checked")
        bearing = _bearing(link, regions, around)
        outs[edge.source].append(OutEdge(edge.target, source_handle, target_handle, *bearing))
        ins[edge.target].append(InEdge(edge.source, source_handle, target_handle, *bearing))
    nodes = {
        node.id: _node(node, facts[node.id], outs[node.id], ins[node.id], place, around[node.id], regions)
        for place, node in enumerate(definition.nodes)
    }
    if pins is not None:
        nodes = {name: replace(node, stores=None, pinned=pins.get(name)) for name, node in nodes.items()}
    roots = tuple(name for name, node in nodes.items() if node.in_degree == 0)
    secrets = tuple(dict.fromkeys(name for node in nodes.values() for name in node.credentials))
    return CompiledGraph(nodes, roots, definition.settings, tuple(_compiled_regions(regions, nodes, around)), secrets)


def _as_given(facts: NodeFacts) -> NodeFacts:
    """A node that only gives what is written: it drives no loop, needs nothing, and has every port that is named."""
    return replace(
        facts,
        loops=False,
        starts=False,
        returns=False,
        any_handles=True,
        weight="inline",
        needs_input=lambda _config: False,
        credentials_in=lambda _config: (),
    )


def _surroundings(definition: Definition, regions: Sequence[Region]) -> dict[str, tuple[int, ...]]:
    """The loops around each node, from the outermost to the innermost."""
    around: dict[str, list[int]] = {node.id: [] for node in definition.nodes}
    for place, region in enumerate(regions):
        for member in region.members:
            around[member].append(place)
    return {name: tuple(places) for name, places in around.items()}


def _bearing(link: Link, regions: Sequence[Region], around: Mapping[str, tuple[int, ...]]) -> tuple[Role, int, int]:
    """What an edge is to the loops at its ends: its role, how many it leaves, how many it enters."""
    here, there = around[link.source], around[link.target]
    if loops.leads_back(link, regions):
        return "back", 0, 0
    common = sum(1 for one, other in zip(here, there, strict=False) if one == other)
    up, down = len(here) - common, len(there) - common
    if down and regions[there[common]].kind == "items" and regions[there[common]].header == link.source:
        return "loop", up, down - 1
    return ("exit" if up else "plain"), up, down


def _compiled_regions(
    regions: Sequence[Region], nodes: Mapping[str, CompiledNode], around: Mapping[str, tuple[int, ...]]
) -> Iterator[CompiledRegion]:
    for place, region in enumerate(regions):
        yield CompiledRegion(
            header=region.header,
            kind=region.kind,
            limit=region.limit,
            parent=region.parent,
            members=tuple(name for name, node in nodes.items() if node.region == place),
            inner=tuple(
                number for number, other in enumerate(regions) if other.parent == place and other.kind == "back"
            ),
            exits=tuple(
                (name, edge)
                for name, node in nodes.items()
                for edge in node.outs
                if edge.role == "exit" and around[name][len(around[name]) - edge.up] == place
            ),
        )


def _first_output(facts: NodeFacts) -> str:
    """By which port items go on where nothing else is said. From a `loop` node that is not the way into its body."""
    return next((port for port in facts.outputs if not (facts.loops and port == loops.LOOP_PORT)), facts.outputs[0])


def _node(
    node: NodeSpec,
    facts: NodeFacts,
    outs: Sequence[OutEdge],
    ins: Sequence[InEdge],
    position: int,
    around: Sequence[int],
    regions: Sequence[Region],
) -> CompiledNode:
    settings = node.settings
    if settings.disabled:
        settings = replace(settings, store="none", isolate=False)
    return CompiledNode(
        id=node.id,
        type=PASSES_ON if settings.disabled else node.type,
        label=node.label,
        config={} if settings.disabled else node.config,
        weight=facts.weight,
        join=settings.join,
        retry=settings.retry(facts.retry_for(node.config)),
        timeout_seconds=settings.timeout_seconds or facts.timeout_seconds,
        on_error=settings.on_error,
        repeatable=facts.repeatable,
        stores=facts.stores if settings.store is None else None if settings.store == "none" else settings.store,
        on_worker_lost=settings.on_worker_lost or ("retry" if facts.repeatable else "fail"),
        bigquery=settings.bigquery,
        isolate=facts.weight == "cpu" if settings.isolate is None else settings.isolate,
        outs=tuple(outs),
        ins=tuple(ins),
        first_output=_first_output(facts),
        inputs=tuple(port.name for port in facts.inputs),
        position=position,
        region=around[-1] if around else None,
        in_degree=sum(edge.role != "back" for edge in ins),
        body=next(
            (place for place, loop in enumerate(regions) if loop.kind == "items" and loop.header == node.id), None
        ),
        credentials=facts.credentials_in(node.config),
        run_once=settings.run_once,
        when_empty=settings.when_empty,
        lenient=settings.lenient,
        disabled=settings.disabled,
    )
