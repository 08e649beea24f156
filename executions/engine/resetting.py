"""PURE: which steps a retry puts back, and how they stand then."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from executions.engine import planner
from executions.engine.planner import Counter, PassKey, PassState, Place
from executions.engine.states import StepStatus
from workflows.graph.topology import CompiledGraph, CompiledNode


@dataclass(frozen=True)
class Reset:
    """A retry: the nodes that go back, their steps with new counters, and which of these are ready or skipped.

    Loops go back as a whole: `looped` are the chosen nodes inside of them, whose old steps are dropped; of guarded
    loops the first pass is laid out anew.
    """

    nodes: set[str]
    counters: dict[Place, Counter]
    ready: list[Place]
    skipped: list[Place]
    passes: dict[PassKey, PassState]
    looped: set[str]


def reset(
    graph: CompiledGraph,
    wanted: Collection[str],
    *,
    statuses: Mapping[str, StepStatus],
    fired: Mapping[str, Collection[str]],
    mended: Collection[str] = (),
) -> Reset:
    """Put the `wanted` nodes back to ready and everything after them back to pending; other results are kept.

    The `mended` ones go back too, but run only if their joins say so. Steps that were cancelled and feed into the part
    that runs again go back as well: a join must not take a branch that never ended for one that had nothing to say.
    Counters are computed anew from the parents that stay as they are, so a wanted step waits if one of the steps put
    back comes before it, and a branch that nobody chose is skipped.
    """
    chosen = to_run_again(graph, {*wanted, *mended}, statuses)
    return put_back(graph, chosen, statuses=statuses, fired=fired, wanted=wanted)


def put_back(
    graph: CompiledGraph,
    chosen: set[str],
    *,
    statuses: Mapping[str, StepStatus],
    fired: Mapping[str, Collection[str]],
    wanted: Collection[str] = (),
) -> Reset:
    """Lay out the steps of the `chosen` nodes behind what the others have left.

    `chosen` holds whole loops and everything after its nodes. The `wanted` ones are ready if nothing chosen comes
    before them, whatever their joins say.
    """
    anchors = {_anchor(graph, name) for name in wanted}
    laid = planner.lay_out_again(graph, chosen)
    unfinished = _unfinished_loops(graph, statuses)
    for (name, _scope), counter in laid.counters.items():
        settled = [
            edge
            for edge in graph.nodes[name].ins
            if edge.role != "back"
            and edge.source not in chosen
            and statuses[edge.source] in RESOLVED
            and _outermost(graph, graph.nodes[edge.source]) not in unfinished
        ]
        counter.remaining -= len(settled)
        counter.live = sum(edge.source_handle in fired.get(edge.source, ()) for edge in settled)
    for place, counter in laid.counters.items():
        node = graph.nodes[place[0]]
        first = (place[0] in anchors and counter.remaining == 0) or node.in_degree == 0
        counter.status = StepStatus.READY if first else planner.decide(node, counter)
    final = planner.collapse(graph, laid)
    return Reset(
        nodes=chosen,
        counters=final.counters,
        ready=[place for place, counter in final.counters.items() if counter.status is StepStatus.READY],
        skipped=[place for place, counter in final.counters.items() if counter.status is StepStatus.SKIPPED],
        passes=final.passes,
        looped={name for name in chosen if graph.nodes[name].region is not None},
    )


def descendants(graph: CompiledGraph, names: Collection[str]) -> set[str]:
    """Every node that can be reached from one of `names` by at least one edge."""
    return _reach(names, lambda name: (edge.target for edge in graph.nodes[name].outs))


def ancestors(graph: CompiledGraph, names: Collection[str]) -> set[str]:
    """Every node from which one of `names` can be reached by at least one edge."""
    return _reach(names, lambda name: (edge.source for edge in graph.nodes[name].ins))


def affected(graph: CompiledGraph, names: Collection[str]) -> set[str]:
    """The nodes themselves, everything after them, and of every loop among these all its nodes."""
    found: set[str] = set()
    fresh = set(names)
    while fresh:
        fresh |= descendants(graph, fresh)
        fresh |= _whole_loops(graph, fresh)
        found |= fresh
        fresh = descendants(graph, found) - found
    return found


def to_run_again(graph: CompiledGraph, wanted: Collection[str], statuses: Mapping[str, StepStatus]) -> set[str]:
    """What goes back with the `wanted` nodes: what is affected, and what was cancelled before it."""
    chosen: set[str] = set()
    fresh = set(wanted)
    while fresh:
        chosen |= affected(graph, fresh)
        fresh = {name for name in ancestors(graph, chosen) if statuses[name] is StepStatus.CANCELLED} - chosen
    return chosen


def _whole_loops(graph: CompiledGraph, names: Iterable[str]) -> set[str]:
    """All nodes of the outermost loops in which one of `names` lies, with the `loop` nodes that drive them."""
    outer = {_outermost(graph, graph.nodes[name]) for name in names} - {None}
    members = {name for name, node in graph.nodes.items() if _outermost(graph, node) in outer} if outer else set()
    return members | {graph.regions[place].header for place in outer if place is not None}


def _unfinished_loops(graph: CompiledGraph, statuses: Mapping[str, StepStatus]) -> set[int | None]:
    """The outermost loops that are under way or have not begun: nothing has left them yet, whatever has ended there."""
    unfinished: set[int | None] = set()
    for name, node in graph.nodes.items():
        if statuses[name] not in RESOLVED:
            unfinished.add(_outermost(graph, node))
            unfinished.add(_around(graph, node.body))
    return unfinished - {None}


def _anchor(graph: CompiledGraph, name: str) -> str:
    """Where a retry of the node begins: at itself, or at the head of the outermost loop around it."""
    place = _outermost(graph, graph.nodes[name])
    return name if place is None else graph.regions[place].header


def _outermost(graph: CompiledGraph, node: CompiledNode) -> int | None:
    return _around(graph, node.region)


def _around(graph: CompiledGraph, place: int | None) -> int | None:
    """The outermost loop in which a loop lies, perhaps itself."""
    while place is not None and graph.regions[place].parent is not None:
        place = graph.regions[place].parent
    return place


def _reach(starts: Collection[str], neighbours: Callable[[str], Iterable[str]]) -> set[str]:
    found: set[str] = set()
    stack = list(starts)
    while stack:
        for name in neighbours(stack.pop()):
            if name not in found:
                found.add(name)
                stack.append(name)
    return found


RESOLVED = frozenset({StepStatus.SUCCEEDED, StepStatus.FAILED, StepStatus.SKIPPED, StepStatus.CANCELLED})
