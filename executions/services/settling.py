"""Recording what became of a step: the one transaction after every run of a node."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError, transaction

from accounts import failpoints
from executions import claims, effects, layout, payloads, transitions
from executions.book import UNREAD, ClosedBook, NeedsLock, RunBook
from executions.claims import Claimed, Record, Recorded, Target
from executions.engine import identity, planner
from executions.engine.events import Event
from executions.engine.placement import may_continue
from executions.engine.planner import Place, Resolution
from executions.engine.settlement import Settlement, handed_back, under
from executions.engine.states import ExecutionStatus, StepStatus
from executions.journal import event, skips
from executions.payloads import Encoded
from executions.services import arrivals, children
from executions.services.aftercare import look_after_soon
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


def settle(report: Report) -> Recorded | None:
    """Record the report and claim a successor; None when the step was no longer this worker's.

    Most steps need one statement: the run is taken to be `running`, which the statement itself checks. Where that is
    not so, or a join has to be read, or more has to be written, the run is locked first and the same statement is
    used with what was read.
    """
    told = report.settlement
    simple = not told.fails_run and told.event is None and told.starts is None
    if simple and not _stores(report) and not report.sent:
        try:
            recorded = _record(report, ExecutionStatus.RUNNING, ClosedBook(report.graph))
        except NeedsLock:
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
        failpoints.reach("finish.locked")
        effects.write(claimed, report.sent)
        if status in _RECORDABLE and claims.holds(claimed, only_expired=report.only_expired):
            report = _with_children(report, status)
            recorded = _record_awaiting(report, status, RunBook(claimed.execution_id, report.graph))
            if _stores(report):
                _store(report)
            failpoints.reach("finish.before_commit")
            return recorded
    if not report.only_expired:
        log.warning(
            "result discarded: the step was taken away from this worker",
            execution_id=str(claimed.execution_id),
            step_id=str(claimed.step_id),
            fence=claimed.fence,
        )
    return None


def _record_awaiting(report: Report, status: str, book: RunBook | ClosedBook) -> Recorded | None:
    """Record; where the step waits for an event, so that it cannot miss one that comes in at this moment."""
    name, subject = report.settlement.event, report.settlement.subject
    if name is None:
        return _record(report, status, book)
    project_id = arrivals.hold_back(report.claimed, name, subject)
    recorded = _record(report, status, book)
    if recorded is not None:
        arrivals.look_back(report.claimed, project_id, name, subject)
    return recorded


def _with_children(report: Report, status: str) -> Report:
    """Start the runs that the step asks for. In a paused run it asks again later, in a failing one nothing starts."""
    starting = report.settlement.starts
    if starting is None or status == ExecutionStatus.FAILING:
        return report
    if status == ExecutionStatus.PAUSED:
        return replace(report, settlement=handed_back())
    settlement = children.begin(report.claimed, report.node, starting)
    return replace(report, settlement=settlement, data=payloads.encode(settlement.ports or {}, settlement.sources))


_RECORDABLE = frozenset({ExecutionStatus.RUNNING, ExecutionStatus.PAUSED, ExecutionStatus.FAILING})


def _record(report: Report, status: str, book: RunBook | ClosedBook) -> Recorded | None:
    settlement = under(report.settlement, status)
    resolution = _resolve(report, settlement, status, book)
    if resolution.begun or resolution.passes:
        _lay_out(report, resolution, status, book)
    fails = settlement.fails_run and status != ExecutionStatus.FAILING
    cancelled = transitions.cancel(report.claimed.execution_id, running=False) if fails else []
    joins = book.joins(resolution.counters)
    chosen = _successor(report, [*resolution.ready, *joins], status)
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
            data=[(row.port, row.items, row.sources) for row in report.data] if _keeps_data(settlement) else [],
            targets=_targets(report, resolution, status, chosen, joins),
            events=[
                *report.lines,
                *_moves(report, settlement, fails),
                *_new_passes(report, resolution),
                *skips(report.claimed.execution_id, report.graph, resolution.skipped),
                *cancelled,
            ],
            closed=settlement.closes + len(resolution.skipped) + len(cancelled) - len(resolution.begun),
            final_status=ExecutionStatus.FAILED if failing else ExecutionStatus.SUCCEEDED,
            next_status=ExecutionStatus.FAILING if failing else status,
            claim_on=None if chosen in resolution.ready else report.continue_on,
        )
    )
    if recorded is not None:
        resolution.ready += [place for place in joins if _step_id(report, place) in recorded.joined]
        _after(report, settlement, resolution, status, recorded)
    return recorded


def _step_id(report: Report, place: Place) -> uuid.UUID:
    return identity.step_id(report.claimed.execution_id, *place)


def _keeps_data(settlement: Settlement) -> bool:
    """What left by the ports of a step that has ended, or the items of a pass that begins."""
    return settlement.closes or settlement.begins is not None


def _resolve(report: Report, settlement: Settlement, status: str, book: RunBook | ClosedBook) -> Resolution:
    if settlement.fails_run or status == ExecutionStatus.FAILING:
        return Resolution()
    place = (report.claimed.node_id, tuple(report.claimed.scope))
    if settlement.begins is not None:
        return planner.begin_pass(report.graph, place, settlement.begins, book=book)
    if settlement.ports is None:
        return Resolution()
    return planner.resolve(report.graph, place, settlement.ports.keys(), book=book)


def _lay_out(report: Report, resolution: Resolution, status: str, book: RunBook | ClosedBook) -> None:
    """Write the steps and passes that this result brings into being, before the result itself."""
    if isinstance(book, ClosedBook):
        raise NeedsLock
    execution_id = report.claimed.execution_id
    new = {place: resolution.counters[place] for place in resolution.begun}
    if new:
        held = status == ExecutionStatus.PAUSED
        again = report.claimed.epoch > 1
        layout.insert_steps(execution_id, report.graph, new, held=held, over_limit=resolution.over_limit, again=again)
    layout.write_passes(execution_id, report.graph, resolution.passes)


def _successor(report: Report, ready: Sequence[Place], status: str) -> Place | None:
    """The ready step that this worker goes on with, without a doorbell; of an unread join, if it becomes ready."""
    if report.continue_on is None or status != ExecutionStatus.RUNNING:
        return None
    nodes = report.graph.nodes
    return next((place for place in ready if may_continue(nodes[place[0]], report.continue_on)), None)


def _targets(
    report: Report, resolution: Resolution, run_status: str, chosen: Place | None, joins: Collection[Place]
) -> list[Target]:
    gate = StepStatus.HELD if run_status == ExecutionStatus.PAUSED else StepStatus.READY
    changed = dict.fromkeys(resolution.skipped, StepStatus.SKIPPED)
    changed |= dict.fromkeys(resolution.ready, gate) | dict.fromkeys(joins, gate)
    for place in resolution.begun:
        changed.pop(place, None)  # written as it is now
    if chosen is not None:
        changed[chosen] = StepStatus.RUNNING
    # The counters of a step that has begun long ago (a join of `any`) say nothing any more. Writing them would hide the
    # step from the worker that claims at this moment, and nobody would ring again for it.
    begun = set(resolution.begun)
    return [
        Target(
            _step_id(report, place),
            counter.remaining - (UNREAD if place in joins else 0),
            counter.live,
            changed.get(place),
            adds=place in joins,
        )
        for place, counter in resolution.counters.items()
        if place in changed or (counter.status is StepStatus.PENDING and place not in begun)
    ]


def _new_passes(report: Report, resolution: Resolution) -> list[Event]:
    """A line for the steps of the passes that begin."""
    if not resolution.begun:
        return []
    steps = [
        {
            "stepId": identity.step_id(report.claimed.execution_id, name, scope),
            "nodeId": name,
            "label": report.graph.nodes[name].label,
            "status": resolution.counters[name, scope].status,
            "scope": scope,
        }
        for name, scope in resolution.begun
    ]
    return [event("loop.pass", {"nodeId": report.claimed.node_id, "steps": steps})]


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
    if settlement.reason == "event":
        payload |= {"event": settlement.event, "subject": settlement.subject}
    if settlement.wake is not None and "children" in settlement.wake:
        payload["children"] = settlement.wake["children"]
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
    taken = recorded.claimed.step_id if recorded.claimed else None
    if status == ExecutionStatus.RUNNING:
        ring_for(report.graph, (place[0] for place in resolution.ready if _step_id(report, place) != taken))
    if settlement.status is StepStatus.READY:
        alone = settlement.rescued and report.claimed.rescues > 0
        ring("cpu" if alone else report.claimed.queue, 1)
    if recorded.claimed is not None:
        tell_running(recorded.claimed)
    if recorded.aftercare:
        look_after_soon(report.claimed.execution_id)
    tell_log = log.debug if settlement.status is StepStatus.SUCCEEDED else log.info  # the journal names every step
    tell_log(
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
