"""Recording what became of a step: the one transaction after every run of a node."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError, transaction

from executions import claims, effects, transitions
from executions.claims import Claimed, Record, Recorded, Target
from executions.engine import planner
from executions.engine.events import Event
from executions.engine.placement import may_continue
from executions.engine.planner import Counter, Resolution
from executions.engine.settlement import Settlement, under
from executions.engine.states import ExecutionStatus, StepStatus
from executions.journal import event
from executions.payloads import Encoded
from executions.services.aftermath import ring, ring_for, tell, tell_running
from integrations import outbox, safe_json
from integrations.scope import Sent
from workflows.graph.topology import CompiledGraph, CompiledNode

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Report:
    """A step that has run: what it is, what became of it, its items as JSON and its log lines."""

    claimed: Claimed
    graph: CompiledGraph
    settlement: Settlement
    data: Sequence[Encoded] = ()
    lines: Sequence[Event] = field(default_factory=tuple)
    continue_on: str | None = None
    """The queue whose worker may go on with a successor at once; None when it must give the slot back."""
    only_expired: bool = False
    sent: Sequence[Sent] = ()
    """The calls to the outside that were made."""

    @property
    def node(self) -> CompiledNode:
        return self.graph.nodes[self.claimed.node_id]


class _NeedsLock(Exception):
    """The counters of a join must be read, so the run has to be locked first."""


def settle(report: Report) -> Recorded | None:
    """Record the report and claim a successor; None when the step was no longer this worker's.

    Most steps need one statement: the run is taken to be `running`, which the statement itself checks. Where that is
    not so, or a join has to be read, or more has to be written, the run is locked first and the same statement is
    used with what was read.
    """
    if not report.settlement.fails_run and not _stores(report) and not report.sent:
        try:
            recorded = _record(report, ExecutionStatus.RUNNING, _refuse_to_read)
        except _NeedsLock:
            recorded = None
        if recorded is not None:
            return recorded
    return _settle_locked(report)


def note_lost(claimed: Claimed, sent: Sequence[Sent]) -> None:
    """Keep the calls of a step that was taken away while it ran: nobody else can tell that they were made."""
    try:
        effects.write(claimed, sent)
    except (OperationalError, InterfaceError):
        log.warning("calls of a lost step are not in the ledger", step_id=str(claimed.step_id), calls=len(sent))


def _settle_locked(report: Report) -> Recorded | None:
    claimed = report.claimed
    with transaction.atomic():
        status = claims.lock_execution(claimed.execution_id)
        effects.write(claimed, report.sent)
        if status in _RECORDABLE and claims.holds(claimed, only_expired=report.only_expired):
            recorded = _record(report, status, lambda nodes: claims.read_counters(claimed.execution_id, nodes))
            if _stores(report):
                _store(report)
            return recorded
    if not report.only_expired:
        log.warning(
            "result discarded: the step was taken away from this worker",
            execution_id=str(claimed.execution_id),
            step_id=str(claimed.step_id),
            fence=claimed.fence,
        )
    return None


_RECORDABLE = frozenset({ExecutionStatus.RUNNING, ExecutionStatus.PAUSED, ExecutionStatus.FAILING})


def _record(report: Report, status: str, read: planner.ReadCounters) -> Recorded | None:
    settlement = under(report.settlement, status)
    resolution = _resolve(report, settlement, status, read)
    fails = settlement.fails_run and status != ExecutionStatus.FAILING
    cancelled = transitions.cancel(report.claimed.execution_id, running=False) if fails else []
    chosen = _successor(report, resolution, status)
    failing = fails or status == ExecutionStatus.FAILING
    recorded = claims.record(
        Record(
            claimed=report.claimed,
            assumed=status,
            status=settlement.status,
            outcome=settlement.outcome,
            fired=list(settlement.ports) if settlement.ports is not None else None,
            error=safe_json.dumps(settlement.failure.as_json()) if settlement.failure else None,
            execution_error=_execution_error(report) if fails else None,
            handled=settlement.status is StepStatus.FAILED and not settlement.fails_run,
            failures=settlement.failures,
            rescued=settlement.rescued,
            only_expired=report.only_expired,
            seconds=settlement.seconds,
            until=settlement.until,
            wait_reason=settlement.reason,
            wait_event=settlement.event,
            wait_subject=settlement.subject,
            wake=safe_json.dumps(settlement.wake) if settlement.wake else None,
            progress=None if settlement.progress is None else safe_json.dumps(settlement.progress),
            data=[(row.port, row.items, row.sources) for row in report.data] if settlement.closes else [],
            targets=_targets(resolution, status, chosen),
            events=[*report.lines, *_moves(report, settlement, fails), *cancelled],
            closed=settlement.closes + len(resolution.skipped) + len(cancelled),
            final_status=ExecutionStatus.FAILED if failing else ExecutionStatus.SUCCEEDED,
            next_status=ExecutionStatus.FAILING if failing else status,
        )
    )
    if recorded is not None:
        _after(report, settlement, resolution, status, recorded)
    return recorded


def _resolve(report: Report, settlement: Settlement, status: str, read: planner.ReadCounters) -> Resolution:
    if settlement.ports is None or settlement.fails_run or status == ExecutionStatus.FAILING:
        return Resolution()
    return planner.resolve(report.graph, report.claimed.node_id, settlement.ports.keys(), read=read)


def _refuse_to_read(nodes: Collection[str]) -> Mapping[str, Counter]:
    raise _NeedsLock


def _successor(report: Report, resolution: Resolution, status: str) -> str | None:
    """The ready step that this worker goes on with, without a doorbell."""
    if report.continue_on is None or status != ExecutionStatus.RUNNING:
        return None
    return next((name for name in resolution.ready if may_continue(report.graph.nodes[name], report.continue_on)), None)


def _targets(resolution: Resolution, run_status: str, chosen: str | None) -> list[Target]:
    changed = dict.fromkeys(resolution.skipped, StepStatus.SKIPPED)
    changed |= dict.fromkeys(
        resolution.ready, StepStatus.HELD if run_status == ExecutionStatus.PAUSED else StepStatus.READY
    )
    if chosen is not None:
        changed[chosen] = StepStatus.RUNNING
    # The counters of a step that has begun long ago (a join of `any`) say nothing any more. Writing them would hide the
    # step from the worker that claims at this moment, and nobody would ring again for it.
    return [
        Target(name, counter.remaining, counter.live, changed.get(name))
        for name, counter in resolution.counters.items()
        if name in changed or counter.status is StepStatus.PENDING
    ]


def _moves(report: Report, settlement: Settlement, fails: bool) -> list[Event]:
    """The journal's lines about this step and, when its failure ends the run, about the run."""
    claimed = report.claimed
    payload: dict[str, Any] = {
        "stepId": claimed.step_id,
        "nodeId": claimed.node_id,
        "label": report.node.label,
        "status": settlement.status,
        "attempt": claimed.attempt,
        "startedAt": claimed.started_at,
        "worker": claimed.worker,
    }
    if settlement.ports is not None:
        payload["ports"] = {port: len(items) for port, items in settlement.ports.items()}
    if settlement.reason is not None:
        payload |= {"reason": settlement.reason, "seconds": settlement.seconds, "until": settlement.until}
    if settlement.failure is not None:
        payload["error"] = settlement.failure.as_json()
    kind = "rescued" if settlement.rescued and not settlement.closes else _EVENT_OF[settlement.status]
    level = "error" if settlement.fails_run else "warning" if settlement.failure or settlement.rescued else "info"
    moves = [event(f"step.{kind}", payload, level=level)]
    if fails:
        moves.append(event("execution.failing", {"status": ExecutionStatus.FAILING}, level="error"))
    return moves


_EVENT_OF = {
    StepStatus.SUCCEEDED: "succeeded",
    StepStatus.FAILED: "failed",
    StepStatus.CANCELLED: "cancelled",
    StepStatus.WAITING: "waiting",
    StepStatus.DELAYED: "delayed",
    StepStatus.HELD: "held",
    StepStatus.READY: "handed_back",
}


def _execution_error(report: Report) -> str:
    failure = report.settlement.failure
    assert failure is not None  # noqa: S101 - only a failure fails a run
    details = {**failure.details, "stepId": report.claimed.step_id, "nodeId": report.claimed.node_id}
    return safe_json.dumps({"code": failure.code, "message": failure.message, "details": details})


def _after(report: Report, settlement: Settlement, resolution: Resolution, status: str, recorded: Recorded) -> None:
    tell(report.claimed.execution_id, recorded.seq)
    taken = recorded.claimed.node_id if recorded.claimed else None
    if status == ExecutionStatus.RUNNING:
        ring_for(report.graph, (name for name in resolution.ready if name != taken))
    if settlement.status is StepStatus.READY:
        ring("cpu" if settlement.rescued else report.claimed.queue, 1)
    if recorded.claimed is not None:
        tell_running(recorded.claimed)
    log.info(
        "step recorded",
        execution_id=str(report.claimed.execution_id),
        step_id=str(report.claimed.step_id),
        node_id=report.claimed.node_id,
        status=str(settlement.status),
        attempt=report.claimed.attempt,
        error=settlement.failure.code if settlement.failure else None,
    )


def _stores(report: Report) -> bool:
    """Whether the step's data is kept as a dataset."""
    return report.node.stores is not None and report.settlement.status is StepStatus.SUCCEEDED


def _store(report: Report) -> None:
    step: uuid.UUID = report.claimed.step_id
    outbox.add(
        topic="dataset.store",
        payload={"stepId": str(step)},
        dedupe_key=f"dataset.store:{step}:{report.claimed.epoch}",
        ordering_key=f"dataset.store:{step}",
    )
