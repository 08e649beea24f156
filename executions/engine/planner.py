"""PURE: what a resolved step means for the steps after it.

A step waits for its incoming edges with two counters: `remaining` edges that are not resolved yet and `live` edges
that fired. When the last edge is resolved (or, for the join `any`, the first one fires) the step becomes ready, or is
skipped when no edge that counts fired. A skipped step resolves its own edges as dead, so a dead branch collapses in
one go. The cost is the number of edges touched, never the size of the graph.

In a loop a node has a step for every pass. A pass counts its open steps; when the last one ends, the loop goes round
again or is over, and only then the edges that leave it are resolved, each once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from executions.engine.states import StepStatus
from workflows.graph.topology import CompiledGraph, CompiledNode, CompiledRegion, OutEdge

Scope = tuple[int, ...]
"""The numbers of the passes around a step, from the outermost loop to the innermost; `()` outside of loops."""

Place = tuple[str, Scope]
"""A step: its node and its scope."""

PassKey = tuple[int, Scope]
"""A pass: its loop (place in `graph.regions`) and its scope."""


@dataclass
class Counter:
    """The join of one step: its state and its two counters."""

    status: StepStatus
    remaining: int
    live: int


@dataclass
class PassState:
    """A pass: how many of its steps are open, and whether it has asked for another one."""

    opened: int
    fired: bool


@dataclass
class Resolution:
    """What changes: counters by step, steps that became ready or were skipped, passes, and what comes into being."""

    counters: dict[Place, Counter] = field(default_factory=dict)
    ready: list[Place] = field(default_factory=list)
    skipped: list[Place] = field(default_factory=list)
    passes: dict[PassKey, PassState] = field(default_factory=dict)
    begun: list[Place] = field(default_factory=list)
    over_limit: list[Place] = field(default_factory=list)
    """Headers that would begin a pass too many: they are ready, and fail when they are claimed."""


class Book(Protocol):
    """What is written down about a run, read under its lock."""

    def counters(self, places: Collection[Place]) -> Mapping[Place, Counter]: ...

    def passes(self, keys: Collection[PassKey]) -> Mapping[PassKey, PassState]: ...

    def has_fired(self, node_id: str, port: str, scope: Scope) -> bool:
        """Whether the port fired in any pass that lies in `scope`."""


def resolve(
    graph: CompiledGraph,
    place: Place,
    fired: Collection[str],
    *,
    book: Book,
    passed: Mapping[Place, Collection[str]] | None = None,
) -> Resolution:
    """Resolve the out-edges of a step that has ended, whose ports `fired` have fired, and all that follows.

    `passed` are steps after it that have already succeeded, with the ports that they fired.
    """
    run = _Resolver(graph, book)
    run.end(place, frozenset(fired))
    for step, ports in (passed or {}).items():
        run.end(step, frozenset(ports))
    resolution = run.settle()
    for step in passed or {}:
        resolution.counters[step].status = StepStatus.SUCCEEDED
        resolution.ready.remove(step)
    return resolution


def begin_pass(graph: CompiledGraph, place: Place, number: int, *, book: Book) -> Resolution:
    """Begin pass `number` of the loop that the `loop` node at `place` drives."""
    run = _Resolver(graph, book)
    node_id, scope = place
    region = graph.nodes[node_id].body
    if region is None:
        return run.result
    run.begin(region, (*scope, number))
    run.arrive((_target(edge, (*scope, number)), True) for edge in graph.nodes[node_id].outs if edge.role == "loop")
    return run.settle()


def initial(graph: CompiledGraph) -> Resolution:
    """The steps with which a run begins: all outside of loops, and the first pass of guarded loops."""
    run = _Resolver(graph, _NOTHING)
    run.lay_out([name for name, node in graph.nodes.items() if node.region is None], ())
    for place, region in enumerate(graph.regions):
        if region.parent is None and region.kind == "back":
            run.begin(place, (0,))
    return run.result


def initial_at(graph: CompiledGraph, node_id: str) -> Resolution:
    """The same for a run that begins at one of several roots: the others, and all that only they reach, are skipped."""
    laid = initial(graph)
    for place in laid.ready:
        if place != (node_id, ()):
            laid.counters[place].status = StepStatus.SKIPPED
    laid.ready = [place for place in laid.ready if place == (node_id, ())]
    return collapse(graph, laid)


def lay_out_again(graph: CompiledGraph, chosen: Collection[str]) -> Resolution:
    """The steps of the `chosen` nodes as if the run began: `chosen` holds whole loops."""
    run = _Resolver(graph, _NOTHING)
    run.lay_out([name for name in graph.nodes if name in chosen and graph.nodes[name].region is None], ())
    for place, region in enumerate(graph.regions):
        if region.parent is None and region.kind == "back" and region.header in chosen:
            run.begin(place, (0,))
    return run.result


def collapse(graph: CompiledGraph, laid: Resolution) -> Resolution:
    """Follow the dead branches among steps that have been laid out and judged."""
    run = _Resolver(graph, _NOTHING)
    run.result = laid
    for place, counter in laid.counters.items():
        if counter.status is StepStatus.SKIPPED:
            run.end(place, frozenset())
    return run.settle()


class _Resolver:
    """One resolution under way: `_arrivals` are edges that are resolved but not counted yet."""

    def __init__(self, graph: CompiledGraph, book: Book) -> None:
        self.graph = graph
        self.book = book
        self.result = Resolution()
        self._ended: list[tuple[Place, frozenset[str]]] = []
        self._arrivals: list[tuple[Place, bool]] = []
        self._first: tuple[Place, frozenset[str]] | None = None

    def end(self, place: Place, fired: frozenset[str]) -> None:
        """A step has come to its end."""
        if self._first is None:
            self._first = (place, fired)
        self._ended.append((place, fired))

    def arrive(self, edges: Iterable[tuple[Place, bool]]) -> None:
        """Edges are resolved: each is the step it leads to, and whether it fired."""
        self._arrivals.extend(edges)

    def settle(self) -> Resolution:
        """Follow everything to its end."""
        while self._ended or self._arrivals:
            ended, self._ended = self._ended, []
            for place, fired in ended:
                self._leave(place, fired)
            self._count_passes([place for place, _fired in ended])
            arrivals, self._arrivals = self._arrivals, []
            self._load(place for place, _live in arrivals)
            for place, live in arrivals:
                self._count(place, live)
        return self.result

    def _leave(self, place: Place, fired: frozenset[str]) -> None:
        node_id, scope = place
        node = self.graph.nodes[node_id]
        for edge in node.outs:
            if edge.role == "plain":
                self._arrivals.append((_target(edge, scope), edge.source_handle in fired))
            elif edge.role == "back" and edge.source_handle in fired:
                self._ask_for_another(edge.target, scope)
        if node.body is not None:
            self._let_out(node.body, scope)

    def _ask_for_another(self, header: str, scope: Scope) -> None:
        region = self.graph.nodes[header].region
        if region is not None and self.graph.regions[region].header == header:
            self._pass((region, scope[: self._depth(region)])).fired = True

    def _count(self, place: Place, live: bool) -> None:
        counter = self.result.counters[place]
        counter.remaining -= 1
        counter.live += live
        if counter.status is StepStatus.PENDING:
            counter.status = decide(self.graph.nodes[place[0]], counter)
            if counter.status is StepStatus.READY:
                self.result.ready.append(place)
            elif counter.status is StepStatus.SKIPPED:
                self.result.skipped.append(place)
                self.end(place, frozenset())

    def _count_passes(self, ended: Iterable[Place]) -> None:
        for node_id, scope in ended:
            region = self.graph.nodes[node_id].region
            if region is not None:
                self._one_less((region, scope))

    def _one_less(self, key: PassKey) -> None:
        state = self._pass(key)
        state.opened -= 1
        if state.opened == 0:
            self._pass_over(key, state)

    def _pass_over(self, key: PassKey, state: PassState) -> None:
        place, scope = key
        region = self.graph.regions[place]
        if region.kind == "items":
            self._wake((region.header, scope[:-1]))
        elif state.fired:
            self._go_round(place, region, scope)
        else:
            self._let_out(place, scope[:-1])
            if region.parent is not None:
                self._one_less((region.parent, scope[:-1]))

    def _go_round(self, place: int, region: CompiledRegion, scope: Scope) -> None:
        following = (*scope[:-1], scope[-1] + 1)
        if region.limit is not None and following[-1] >= region.limit:
            self.result.over_limit.append((region.header, following))
        self.begin(place, following)

    def _wake(self, place: Place) -> None:
        """The `loop` node goes on: it sends the next batch, or it has done."""
        self.result.counters[place] = Counter(StepStatus.READY, 0, 1)
        self.result.ready.append(place)

    def _let_out(self, place: int, scope: Scope) -> None:
        """The loop is over: its edges to the outside are resolved, live if they fired in any pass."""
        for source, edge in self.graph.regions[place].exits:
            target = (edge.target, (*scope, *(0,) * edge.down))
            self._arrivals.append((target, self._has_fired(source, edge.source_handle, scope)))

    def _has_fired(self, source: str, port: str, scope: Scope) -> bool:
        """The step being recorded is not written yet, so it is looked at here."""
        if self._first is not None:
            (node_id, at), fired = self._first
            if node_id == source and port in fired and at[: len(scope)] == scope:
                return True
        return self.book.has_fired(source, port, scope)

    def begin(self, place: int, scope: Scope) -> None:
        """Lay out a pass: its steps, and the first pass of the guarded loops right inside it."""
        region = self.graph.regions[place]
        self.lay_out(region.members, scope, again=region.kind == "back" and scope[-1] > 0, header=region.header)
        self.result.passes[place, scope] = PassState(len(region.members) + len(region.inner), False)
        for inner in region.inner:
            self.begin(inner, (*scope, 0))

    def lay_out(self, names: Iterable[str], scope: Scope, *, again: bool = False, header: str = "") -> None:
        """New steps in `scope`. `again`: the header of a pass that goes round waits for nothing."""
        for name in names:
            place = (name, scope)
            remaining = 0 if again and name == header else self.graph.nodes[name].in_degree
            status = StepStatus.PENDING if remaining else StepStatus.READY
            self.result.counters[place] = Counter(status, remaining, 0)
            self.result.begun.append(place)
            if status is StepStatus.READY:
                self.result.ready.append(place)

    def _pass(self, key: PassKey) -> PassState:
        if key not in self.result.passes:
            self.result.passes.update(self.book.passes([key]))
        return self.result.passes[key]

    def _depth(self, region: int | None) -> int:
        depth = 0
        while region is not None:
            depth += 1
            region = self.graph.regions[region].parent
        return depth

    def _load(self, places: Iterable[Place]) -> None:
        unknown: list[Place] = []
        for place in dict.fromkeys(places):
            if place in self.result.counters:
                continue
            if has_single_parent(self.graph.nodes[place[0]]):
                self.result.counters[place] = Counter(StepStatus.PENDING, 1, 0)
            else:
                unknown.append(place)
        if unknown:
            self.result.counters.update(self.book.counters(unknown))


def _target(edge: OutEdge, scope: Scope) -> Place:
    return edge.target, (*scope, *(0,) * edge.down)


def has_single_parent(node: CompiledNode) -> bool:
    """True when the node's join is known without reading it: one edge, not yet resolved."""
    return len(node.ins) == 1


def decide(node: CompiledNode, counter: Counter) -> StepStatus:
    """The state of a pending step with these counters under its join mode."""
    if node.join == "any":
        if counter.live > 0:
            return StepStatus.READY
        return StepStatus.SKIPPED if counter.remaining == 0 else StepStatus.PENDING
    if counter.remaining > 0:
        return StepStatus.PENDING
    enough = node.in_degree if node.join == "all_live" else 1
    return StepStatus.READY if counter.live >= enough else StepStatus.SKIPPED


class _Blank:
    """Nothing is written yet."""

    def counters(self, places: Collection[Place]) -> Mapping[Place, Counter]:
        return {}

    def passes(self, keys: Collection[PassKey]) -> Mapping[PassKey, PassState]:
        return {}

    def has_fired(self, node_id: str, port: str, scope: Scope) -> bool:
        return False


_NOTHING = _Blank()
