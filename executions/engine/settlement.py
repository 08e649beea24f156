"""PURE: what becomes of a step that has run: its next state, the ports that fired, whether it is tried again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from executions.engine.retry import rest_seconds
from executions.engine.states import MAX_RESCUES, ExecutionStatus, StepStatus
from workflows.graph.topology import CompiledNode
from workflows.notes import Note

Items = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Failure:
    """Why a step did not work. `details` is a JSON object that names fields, places or limits."""

    code: str
    message: str
    details: Mapping[str, Any] = field(default_factory=dict)
    transient: bool = False
    retry_after: float | None = None

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "message": self.message, "details": dict(self.details)}


@dataclass(frozen=True)
class Starting:
    """Runs that a step asks for: one of `workflow` (id or code) for each of `inputs`; `items` are its first input."""

    workflow: str
    inputs: Items
    wait: bool
    items: Items


@dataclass(frozen=True)
class Settlement:
    """The next state of a step and everything that is written with it.

    `ports` holds the items of every port that fired (None while the step is still open). `fails_run` is set when the
    failure is not handled by the node's `onError`.
    """

    status: StepStatus
    outcome: str
    ports: Mapping[str, Items] | None = None
    sources: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    failure: Failure | None = None
    fails_run: bool = False
    failures: int = 0
    rescued: int = 0
    seconds: float | None = None
    until: datetime | None = None
    reason: str | None = None
    event: str | None = None
    subject: str | None = None
    wake: Mapping[str, Any] | None = None
    progress: Any = None
    begins: int | None = None
    """Of a `loop` node: the number of the pass that it begins."""
    notes: Sequence[Note] = ()
    """What the step has written down beside its items."""
    items: Items = ()
    """The first input of a step that has succeeded, handed on where a note fails it yet and the error is handled."""
    starts: Starting | None = None
    """Runs that are to begin in the recording transaction, which then decides what becomes of the step."""

    @property
    def closes(self) -> bool:
        """Whether the step has come to its end."""
        return self.ports is not None


def success(
    ports: Mapping[str, Items],
    sources: Mapping[str, Sequence[Any]] | None = None,
    notes: Sequence[Note] = (),
    items: Items = (),
) -> Settlement:
    """The node has done its work; `ports` are those that fired, `items` its first input."""
    return Settlement(StepStatus.SUCCEEDED, "succeeded", ports=ports, sources=sources or {}, notes=notes, items=items)


def failed(
    node: CompiledNode, failure: Failure, *, tries: int, jitter: float, items: Items, progress: Any = None
) -> Settlement:
    """The node did not work: rest and try again, or fail by the node's `onError`.

    `tries` counts the failures before this one; `items` are the step's first input, handed on where the error is
    handled; `progress` is kept for the next try.
    """
    rest = rest_seconds(
        node.retry,
        tries=tries + 1,
        transient=failure.transient,
        retry_after=failure.retry_after,
        jitter=jitter,
    )
    if rest is not None:
        return Settlement(
            StepStatus.DELAYED,
            "retried",
            failure=failure,
            failures=1,
            seconds=rest,
            reason="retry",
            progress=progress,
        )
    ports = _handled_by(node, failure, items)
    return Settlement(
        StepStatus.FAILED, "failed", ports=ports or {}, failure=failure, failures=1, fails_run=ports is None
    )


def waiting(
    *,
    seconds: float | None = None,
    until: datetime | None = None,
    event: str | None = None,
    subject: str | None = None,
    on_event: str,
    on_timeout: str,
    port_field: str | None = None,
) -> Settlement:
    """The step sleeps as a row; `on_event` and `on_timeout` are the ports by which it will wake.

    The payload of an event may name another port under `port_field`.
    """
    return Settlement(
        StepStatus.WAITING,
        "waiting",
        seconds=seconds,
        until=until,
        reason="event" if event else "timer",
        event=event,
        subject=subject,
        wake={"onEvent": on_event, "onTimeout": on_timeout, **({"portField": port_field} if port_field else {})},
    )


def starting(starts: Starting) -> Settlement:
    """The step asks for other runs."""
    return Settlement(StepStatus.WAITING, "waiting", reason="child", starts=starts)


def awaiting(children: Sequence[str]) -> Settlement:
    """The step sleeps until all `children` (ids of runs) have ended."""
    return Settlement(StepStatus.WAITING, "waiting", reason="child", wake={"children": children})


def looping(*, number: int, progress: Any) -> Settlement:
    """The `loop` node begins pass `number` of its body and sleeps until that has ended."""
    return Settlement(
        StepStatus.WAITING, "waiting", reason="loop", wake={"pass": number}, progress=progress, begins=number
    )


def later(*, seconds: float, reason: str, progress: Any, host: str | None = None) -> Settlement:
    """The node gave the worker back; it runs again with its progress, and no try is spent."""
    return Settlement(
        StepStatus.DELAYED, "postponed", seconds=max(0.0, seconds), reason=reason, subject=host, progress=progress
    )


def handed_back(progress: Any = None) -> Settlement:
    """A worker that stops gives its step back at once; nobody is to blame."""
    return Settlement(StepStatus.READY, "handed_back", progress=progress)


def rescued(node: CompiledNode, lost: Failure, *, rescues: int, progress: Any = None) -> Settlement:
    """The worker is gone: another one takes over, until the step has proved to be poison and fails as `lost`."""
    if node.on_worker_lost == "retry" and rescues < MAX_RESCUES:
        return Settlement(StepStatus.READY, "lost", rescued=1, progress=progress)
    ports = _handled_by(node, lost, ())
    return Settlement(StepStatus.FAILED, "lost", ports=ports or {}, failure=lost, rescued=1, fails_run=ports is None)


def _handled_by(node: CompiledNode, failure: Failure, items: Items) -> Mapping[str, Items] | None:
    error = {"code": failure.code, "message": failure.message, "node": node.id}
    if node.on_error == "error_port":
        return {"error": [{"error": error, "item": item} for item in items] or [{"error": error, "item": None}]}
    if node.on_error == "continue":
        return {node.first_output: [{**item, "error": error} for item in items] or [{"error": error}]}
    return None


def under(settlement: Settlement, run_status: str) -> Settlement:
    """The same settlement in a run that is paused or failing: nothing may start there.

    A paused run holds what would be ready or delayed; a failing one cancels whatever has not come to its end.
    """
    if settlement.closes or run_status == ExecutionStatus.RUNNING:
        return settlement
    if run_status == ExecutionStatus.FAILING:
        return replace(settlement, status=StepStatus.CANCELLED, ports={}, wake=None, reason=None, progress=None)
    if settlement.status is StepStatus.WAITING:
        return settlement
    return replace(settlement, status=StepStatus.HELD)
