"""PURE: what a resolved step means for the steps after it.

A step waits for its incoming edges with two counters: `remaining` edges that are not resolved yet and `live` edges
that fired. When the last edge is resolved (or, for the join `any`, the first one fires) the step becomes ready, or is
skipped when no edge that counts fired. A skipped step resolves its own edges as dead, so a dead branch collapses in
one go. The cost is the number of edges touched, never the size of the graph.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from executions.engine.states import StepStatus
from workflows.graph.topology import CompiledGraph, CompiledNode


@dataclass
class Counter:
    """The join of one step: its state and its two counters."""

    status: StepStatus
    remaining: int
    live: int


@dataclass
class Resolution:
    """What changes: the new counters by node id, and the ids that became ready or were skipped, in order."""

    counters: dict[str, Counter] = field(default_factory=dict)
    ready: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


ReadCounters = Callable[[Collection[str]], Mapping[str, Counter]]
"""Reads the joins of the given nodes, under the execution's lock."""


def has_single_parent(node: CompiledNode) -> bool:
    """True when the node's join is known without reading it: one edge, not yet resolved."""
    return len(node.ins) == 1


def resolve(
    graph: CompiledGraph,
    node_id: str,
    fired: Collection[str],
    *,
    read: ReadCounters,
) -> Resolution:
    """Resolve the out-edges of `node_id`, whose ports `fired` have fired, and of every step that is skipped by it."""
    result = Resolution()
    level: list[tuple[CompiledNode, Collection[str]]] = [(graph.nodes[node_id], frozenset(fired))]
    while level:
        _load(graph, result, (edge.target for source, _fired in level for edge in source.outs), read)
        dead: list[tuple[CompiledNode, Collection[str]]] = []
        for source, ports in level:
            for edge in source.outs:
                counter = result.counters[edge.target]
                counter.remaining -= 1
                counter.live += edge.source_handle in ports
                if counter.status is not StepStatus.PENDING:
                    continue
                target = graph.nodes[edge.target]
                counter.status = decide(target, counter)
                if counter.status is StepStatus.READY:
                    result.ready.append(edge.target)
                elif counter.status is StepStatus.SKIPPED:
                    result.skipped.append(edge.target)
                    dead.append((target, frozenset()))
        level = dead
    return result


def decide(node: CompiledNode, counter: Counter) -> StepStatus:
    """The state of a pending step with these counters under its join mode."""
    if node.join == "any":
        if counter.live > 0:
            return StepStatus.READY
        return StepStatus.SKIPPED if counter.remaining == 0 else StepStatus.PENDING
    if counter.remaining > 0:
        return StepStatus.PENDING
    enough = len(node.ins) if node.join == "all_live" else 1
    return StepStatus.READY if counter.live >= enough else StepStatus.SKIPPED


def _load(graph: CompiledGraph, result: Resolution, targets: Iterable[str], read: ReadCounters) -> None:
    unknown: list[str] = []
    for target in dict.fromkeys(targets):
        if target in result.counters:
            continue
        if has_single_parent(graph.nodes[target]):
            result.counters[target] = Counter(StepStatus.PENDING, 1, 0)
        else:
            unknown.append(target)
    if unknown:
        result.counters.update(read(unknown))


@dataclass(frozen=True)
class Reset:
    """A retry: the nodes that go back, with their new state and counters, and which of them are ready or skipped."""

    nodes: dict[str, Counter]
    ready: list[str]
    skipped: list[str]


def reset(
    graph: CompiledGraph,
    node_id: str,
    *,
    statuses: Mapping[str, StepStatus],
    fired: Mapping[str, Collection[str]],
) -> Reset:
    """Put `node_id` back to ready and everything after it back to pending; what else has ended keeps its result.

    Steps that were cancelled and feed into the part that runs again go back too: a join must not take a branch that
    never ended for one that had nothing to say. Counters are computed anew from the parents that stay as they are, so
    `node_id` waits if one of the steps put back comes before it, and a branch that nobody chose is skipped.
    """
    chosen = _to_run_again(graph, node_id, statuses)
    nodes: dict[str, Counter] = {}
    skipped: list[str] = []

    def judge(name: str) -> None:
        node, counter = graph.nodes[name], nodes[name]
        wanted = name == node_id and counter.remaining == 0
        counter.status = StepStatus.READY if wanted or not node.ins else decide(node, counter)
        if counter.status is StepStatus.SKIPPED:
            skipped.append(name)

    for name, node in graph.nodes.items():
        if name in chosen:
            settled = [edge for edge in node.ins if edge.source not in chosen and statuses[edge.source] in _RESOLVED]
            live = sum(edge.source_handle in fired.get(edge.source, ()) for edge in settled)
            nodes[name] = Counter(StepStatus.PENDING, len(node.ins) - len(settled), live)
            judge(name)
    for dead in skipped:  # it grows while the dead branches collapse
        for edge in graph.nodes[dead].outs:
            nodes[edge.target].remaining -= 1
            if nodes[edge.target].status is StepStatus.PENDING:
                judge(edge.target)
    ready = [name for name, counter in nodes.items() if counter.status is StepStatus.READY]
    return Reset(nodes, ready, skipped)


def descendants(graph: CompiledGraph, names: Collection[str]) -> set[str]:
    """Every node that can be reached from one of `names` by at least one edge."""
    return _reach(names, lambda name: (edge.target for edge in graph.nodes[name].outs))


def ancestors(graph: CompiledGraph, names: Collection[str]) -> set[str]:
    """Every node from which one of `names` can be reached by at least one edge."""
    return _reach(names, lambda name: (edge.source for edge in graph.nodes[name].ins))


def _to_run_again(graph: CompiledGraph, node_id: str, statuses: Mapping[str, StepStatus]) -> set[str]:
    chosen: set[str] = set()
    fresh = {node_id} | descendants(graph, [node_id])
    while fresh:
        chosen |= fresh
        cancelled = {name for name in ancestors(graph, fresh) if statuses[name] is StepStatus.CANCELLED} - chosen
        fresh = (cancelled | descendants(graph, cancelled)) - chosen
    return chosen


def _reach(starts: Collection[str], neighbours: Callable[[str], Iterable[str]]) -> set[str]:
    found: set[str] = set()
    stack = list(starts)
    while stack:
        for name in neighbours(stack.pop()):
            if name not in found:
                found.add(name)
                stack.append(name)
    return found


_RESOLVED = frozenset({StepStatus.SUCCEEDED, StepStatus.FAILED, StepStatus.SKIPPED, StepStatus.CANCELLED})
