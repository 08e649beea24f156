"""PURE: what a retry of a whole run does with each of its steps: what is kept, what runs again, and because of what.

A run on the version that it began with goes on itself. On another version, or with other data, a new run begins, which
takes over the results of the old one as far as they would be the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from executions.engine import resetting
from executions.engine.naming import moved, same_meaning
from executions.engine.resetting import Reset
from executions.engine.states import OPEN_STEP, StepStatus
from workflows.graph.topology import CompiledGraph, CompiledNode


class Action(StrEnum):
    """What becomes of a step."""

    REUSE = "reuse"  # its result is kept
    RUN = "run"
    SKIP = "skip"  # no branch will lead to it


class Because(StrEnum):
    """Why a step does not keep its result; the first that fits."""

    ASKED = "asked"
    NEW = "new"  # the old version had no such node
    CHANGED = "changed"  # its type, config, join, incoming edges, what it does with items or what it names are others
    FAILED = "failed"
    CANCELLED = "cancelled"
    OPEN = "open"  # it has not come to its end yet
    AFTER = "after"  # it depends on one that runs again, or is in a loop with it


@dataclass(frozen=True)
class Past:
    """What a run has left, by node. Of a node in a loop all passes count together (`past_of`).

    `failed` are the nodes with a failure that nothing has handled, `forced` those that must run whatever they left.
    """

    statuses: Mapping[str, StepStatus]
    fired: Mapping[str, Collection[str]] = field(default_factory=dict)
    failed: Collection[str] = ()

    @property
    def broken(self) -> set[str]:
        """The nodes whose steps a retry from the failure runs again: failed, or cancelled because of it."""
        cancelled = {name for name, status in self.statuses.items() if status is StepStatus.CANCELLED}
        return cancelled | set(self.failed)


_TELLING = (StepStatus.CANCELLED, *sorted(OPEN_STEP), StepStatus.FAILED, StepStatus.SUCCEEDED, StepStatus.SKIPPED)
"""Of the passes of a node the first of these states counts: what one has not done is not done by another."""


def past_of(steps: Iterable[tuple[str, str, Collection[str] | None, bool]]) -> Past:
    """What a run has left, told from its steps: node, state, the ports that fired, whether a failure was handled."""
    statuses: dict[str, StepStatus] = {}
    fired: dict[str, set[str]] = {}
    failed: set[str] = set()
    for node, state, ports, handled in steps:
        statuses[node] = min(StepStatus(state), statuses.get(node, StepStatus.SKIPPED), key=_TELLING.index)
        fired.setdefault(node, set()).update(ports or [])
        if state == StepStatus.FAILED and not handled:
            failed.add(node)
    return Past(statuses, fired, failed)


@dataclass(frozen=True)
class PlannedStep:
    """One node of the version that runs; `was` is what it is in the old run, None if it is not there."""

    node_id: str
    action: Action
    because: Because | None
    was: StepStatus | None


@dataclass(frozen=True)
class Plan:
    """What a retry does: `kept` keep their results, `reset` lays out the rest. Nodes are in the graph's order."""

    graph: CompiledGraph
    reset: Reset
    kept: tuple[str, ...]
    steps: tuple[PlannedStep, ...]

    @property
    def runs(self) -> bool:
        """Whether anything runs at all."""
        return any(counter.status is not StepStatus.SKIPPED for counter in self.reset.counters.values())


def go_on(graph: CompiledGraph, past: Past, wanted: Collection[str], *, mended: Collection[str] = ()) -> Plan:
    """The same run goes on: the `wanted` nodes, the `mended` ones and everything after them are put back.

    A wanted node runs whatever its join says, a mended one only if the branches before it lead to it.
    """
    reset = resetting.reset(graph, wanted, statuses=_statuses(graph, past), fired=past.fired, mended=mended)
    causes = {name: _left(past, name) for name in reset.nodes} | dict.fromkeys(wanted, Because.ASKED)
    causes |= {name: _left(past, name) for name in past.broken if name in causes}
    return _plan(graph, reset, past, causes)


def cut_off(graph: CompiledGraph, past: Past, wanted: Collection[str]) -> set[str]:
    """The nodes whose steps the failure of the `wanted` ones has cancelled, so that they go on when it is mended.

    What lies behind a failure that stays is not among them: nothing would come from there.
    """
    again = resetting.to_run_again(graph, wanted, _statuses(graph, past))
    behind = resetting.descendants(graph, set(past.failed) - again)
    return {name for name, status in past.statuses.items() if status is StepStatus.CANCELLED} - behind


def _statuses(graph: CompiledGraph, past: Past) -> Mapping[str, StepStatus]:
    return dict.fromkeys(graph.nodes, StepStatus.SKIPPED) | dict(past.statuses)  # a body that never began


def begin_anew(old: CompiledGraph, new: CompiledGraph, past: Past, again: Collection[str]) -> Plan:
    """A new run of `new` takes over what the run of `old` has left, except for `again` and what comes after it.

    A result is taken over if the node has the same type, config, join and incoming edges, takes and gives items in the
    same way and means the same steps by the names in its config, and so do all nodes before it. Loops are taken over
    as a whole or not at all. A trigger at which the old run did not begin stays skipped.
    """
    idle = _idle_roots(new, past)
    labels = moved(old, new)
    causes: dict[str, Because | None] = {}
    for name in new.nodes:
        if name in again:
            causes[name] = Because.ASKED
        elif name not in old.nodes:
            causes[name] = Because.NEW
        elif name in idle:
            causes[name] = None
        elif not _same(old, new, name, past, labels):
            causes[name] = Because.CHANGED
        else:
            causes[name] = _left(past, name)
    chosen = resetting.affected(new, [name for name, cause in causes.items() if cause is not None])
    reset = resetting.put_back(new, chosen, statuses=_statuses(new, past), fired=past.fired, wanted=again)
    return _plan(new, reset, past, causes)


def from_the_start(graph: CompiledGraph, past: Past) -> set[str]:
    """The nodes of a run that does everything again: all but those that only an idle root reaches."""
    return resetting.affected(graph, set(graph.roots) - _idle_roots(graph, past))


def _idle_roots(graph: CompiledGraph, past: Past) -> set[str]:
    """The roots at which the run did not begin: its schedule was another one. Nothing else skips a root."""
    return {name for name in graph.roots if past.statuses.get(name) is StepStatus.SKIPPED}


def _left(past: Past, name: str) -> Because | None:
    """Why what the node has left is no result to keep; None when it is one."""
    status = past.statuses.get(name, StepStatus.SKIPPED)
    if name in past.failed:
        return Because.FAILED
    if status is StepStatus.CANCELLED:
        return Because.CANCELLED
    return None if status in _RESULTS else Because.OPEN


_RESULTS = frozenset({StepStatus.SUCCEEDED, StepStatus.FAILED, StepStatus.SKIPPED})


def _same(old: CompiledGraph, new: CompiledGraph, name: str, past: Past, labels: Collection[str]) -> bool:
    before, after = old.nodes[name], new.nodes[name]
    if past.statuses.get(name) is StepStatus.FAILED and _fails(old, before) != _fails(new, after):
        return False
    return _makes(before) == _makes(after) and same_meaning(old, new, name, labels)


def _makes(node: CompiledNode) -> tuple[object, ...]:
    """What the result of a node depends on, besides its items."""
    return node.type, node.config, node.join, node.ins, node.run_once, node.when_empty, node.lenient


def _fails(graph: CompiledGraph, node: CompiledNode) -> tuple[object, ...]:
    """What a handled failure depends on: its handling, and the limit of the guarded loop that begins at its node."""
    region = None if node.region is None else graph.regions[node.region]
    return node.on_error, region.limit if region is not None and region.header == node.id else None


def _plan(graph: CompiledGraph, reset: Reset, past: Past, causes: Mapping[str, Because | None]) -> Plan:
    skipped = {name for name, _scope in reset.skipped}
    steps = []
    for name in graph.nodes:
        was = past.statuses.get(name)
        if name in reset.nodes:
            action = Action.SKIP if name in skipped else Action.RUN
            steps.append(PlannedStep(name, action, causes.get(name) or Because.AFTER, was))
        elif _left(past, name) is None:
            steps.append(PlannedStep(name, Action.REUSE, None, was))
        else:  # of a paused run: it goes on as it stands
            steps.append(PlannedStep(name, Action.RUN, Because.OPEN, was))
    kept = tuple(step.node_id for step in steps if step.action is Action.REUSE)
    return Plan(graph, reset, kept, tuple(steps))
