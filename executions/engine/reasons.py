"""PURE: why a run does not go on, told from its state and from the steps of it that are neither pending nor ended."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from executions.engine.circles import For
from executions.engine.states import FINISHED_EXECUTION, ExecutionStatus, StepStatus


class Kind(StrEnum):
    """What a run waits for, the most telling first: in this order reasons are told."""

    FINISHED = "finished"
    CIRCLE = "circle"  # it waits for others that wait for it
    SLOT = "slot"  # a place under the concurrency limit
    PAUSED = "paused"
    FAILING = "failing"  # a step has failed; what runs may end
    NO_WORKER = "no_worker"  # ready, and nobody listens to its queue
    WORKER_LOST = "worker_lost"  # the lease has run out and the ticker has not been there yet
    RUNNING = "running"
    QUEUE = "queue"  # ready, with others before it
    BREAKER = "breaker"
    CROWDED = "crowded"  # the server holds as many calls as it may, and is slow
    RATE_LIMIT = "rate_limit"
    RETRY = "retry"  # a rest after a failed try
    LATER = "later"  # the node gave the worker back for a reason of its own
    CHILD = "child"
    EVENT = "event"
    TIMER = "timer"
    STUCK = "stuck"  # nothing moves and nothing is waited for: the invariants will repair it


@dataclass(frozen=True)
class Pause:
    """Who paused a run, when and why."""

    by: str | None
    at: datetime
    why: str


@dataclass(frozen=True)
class Hop:
    """One part of a circle: a run that waits for another one, with the names of their workflows."""

    run: uuid.UUID
    workflow: str
    on: uuid.UUID
    on_workflow: str
    why: For


@dataclass(frozen=True)
class Run:
    """A run as a whole. `position` is its place among those that wait for a slot, from 1; `circle` who waits for whom
    where that comes back to the same run."""

    status: str
    finished_at: datetime | None = None
    key: str = ""
    position: int | None = None
    pause: Pause | None = None
    circle: tuple[Hop, ...] = ()


@dataclass(frozen=True)
class Waiting:
    """A step that is neither pending nor ended. `lost`: its lease has run out; `child`: the run that it awaits."""

    step_id: uuid.UUID
    node_id: str
    label: str
    status: str
    queue: str
    reason: str | None = None
    event: str | None = None
    subject: str | None = None
    until: datetime | None = None
    since: datetime | None = None
    worker: str | None = None
    lost: bool = False
    child: uuid.UUID | None = None


@dataclass(frozen=True)
class Reason:
    """One thing that is waited for. What a kind does not know is None; `steps` counts those it holds up.

    `step_id`, `node_id` and `label` are of the first of these steps, `until` is when the first of them goes on.
    """

    kind: Kind
    steps: int = 0
    step_id: uuid.UUID | None = None
    node_id: str | None = None
    label: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    queue: str | None = None
    ahead: int | None = None
    worker: str | None = None
    host: str | None = None
    event: str | None = None
    subject: str | None = None
    child: uuid.UUID | None = None
    by: str | None = None
    why: str | None = None
    key: str | None = None
    position: int | None = None
    circle: tuple[Hop, ...] = ()


CODES: Mapping[str, Kind] = {
    "retry": Kind.RETRY,
    "circuit_open": Kind.BREAKER,
    "server_crowded": Kind.CROWDED,
    "rate_limited": Kind.RATE_LIMIT,
}
"""What the reasons of delayed steps mean; any other is the node's own."""


def explain(
    run: Run, steps: Iterable[Waiting], *, listened: Callable[[str], bool], ahead: Mapping[str, int]
) -> list[Reason]:
    """Everything that the run waits for, the most telling reason first; never empty.

    `listened` says whether a live worker serves a queue, `ahead` how many ready steps stand before the run's own first
    one in each queue. Ready steps are given in the order of their rank.
    """
    if run.status in FINISHED_EXECUTION:
        return [Reason(Kind.FINISHED, since=run.finished_at)]
    reasons = [*([Reason(Kind.CIRCLE, circle=run.circle)] if run.circle else ()), *_of_run(run)]
    for step in steps:
        reason = _of_step(step, listened=listened, ahead=ahead)
        if reason is not None:
            reasons.append(reason)
    return sorted(_grouped(reasons), key=lambda reason: list(Kind).index(reason.kind)) or [Reason(Kind.STUCK)]


def _of_run(run: Run) -> Sequence[Reason]:
    if run.status == ExecutionStatus.QUEUED:
        return [Reason(Kind.SLOT, key=run.key, position=run.position)]
    if run.status == ExecutionStatus.FAILING:
        return [Reason(Kind.FAILING)]
    if run.status == ExecutionStatus.PAUSED:
        pause = run.pause
        return [Reason(Kind.PAUSED, by=pause.by, since=pause.at, why=pause.why)] if pause else [Reason(Kind.PAUSED)]
    return []


def _of_step(step: Waiting, *, listened: Callable[[str], bool], ahead: Mapping[str, int]) -> Reason | None:
    """None for what the run itself explains: a held step waits for the run."""
    told = Reason(Kind.LATER, steps=1, step_id=step.step_id, node_id=step.node_id, label=step.label)
    if step.status == StepStatus.RUNNING:
        kind = Kind.WORKER_LOST if step.lost else Kind.RUNNING
        return replace(told, kind=kind, since=step.since, worker=step.worker, queue=step.queue)
    if step.status == StepStatus.READY:
        if not listened(step.queue):
            return replace(told, kind=Kind.NO_WORKER, queue=step.queue)
        return replace(told, kind=Kind.QUEUE, queue=step.queue, ahead=ahead.get(step.queue, 0))
    if step.status == StepStatus.DELAYED:
        kind = CODES.get(step.reason or "", Kind.LATER)
        return replace(told, kind=kind, until=step.until, host=step.subject, why=step.reason)
    if step.status == StepStatus.WAITING:
        if step.child is not None:
            return replace(told, kind=Kind.CHILD, child=step.child, until=step.until)
        kind = Kind.EVENT if step.event else Kind.TIMER
        return replace(told, kind=kind, event=step.event, subject=step.subject, until=step.until)
    return None


def _grouped(reasons: Iterable[Reason]) -> list[Reason]:
    """Steps that wait for the same thing, as one reason: the same queue, the same host, the same worker."""
    groups: dict[tuple[object, ...], Reason] = {}
    for reason in reasons:
        key = (reason.kind, reason.queue, reason.host, reason.worker, reason.event, reason.subject, reason.child)
        known = groups.get(key)
        if known is None:
            groups[key] = reason
        else:
            sooner = reason.until is not None and (known.until is None or reason.until < known.until)
            groups[key] = replace(reason if sooner else known, steps=known.steps + reason.steps)
    return list(groups.values())
