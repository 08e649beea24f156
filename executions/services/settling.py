"""Recording what became of a step: the one transaction after every run of a node."""

from __future__ import annotations

import time
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

import structlog
from django.db import InterfaceError, OperationalError, transaction

from accounts import failpoints
from executions import claims, effects, layout, payloads, transitions
from executions.book import UNREAD, ClosedBook, NeedsLock, RunBook
from executions.bursts import Passed
from executions.claims import Claimed, Record, Recorded, Target
from executions.engine import identity, planner
from executions.engine.events import Event
from executions.engine.placement import may_continue
from executions.engine.planner import Place, Resolution
from executions.engine.settlement import Settlement, handed_back, under
from executions.engine.states import ExecutionStatus, StepStatus
from executions.journal import skips
from executions.payloads import Encoded
from executions.services import arrivals, children, noting, telling
from executions.services.aftercare import look_after_soon
from executions.services.aftermath import ring, ring_for, tell, tell_running
from integrations import outbox, safe_json
from integrations.scope import Sent
from workflows.graph.topology import CompiledGraph, CompiledNode
from workflows.notes import Launch

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
    passed: Sequence[Passed] = ()
    """Quick steps after it that are recorded with it."""
    ended: float = field(default_factory=time.monotonic)

    @property
    def node(self) -> CompiledNode:
        return self.graph.nodes[self.claimed.node_id]


def settle(report: Report) -> Recorded | None:
    """Record the report and claim a successor; None when the step was no longer this worker's.

    Most steps need one statement: the run is taken to be `running`, which the statement itself checks. Where that is
    not so, or a join has to be read, or more has to be written, the run is locked first and the same statement is
    used with what was read. A step that was only offered is left to whoever claims it unless it has simply succeeded.
    """
    told = report.settlement
    simple = not told.fails_run and told.event is None and told.starts is None and not told.notes
    offered = report.claimed.offered is not None
    if simple and not _stores(report) and not report.sent:
        try:
            recorded = _record(report, ExecutionStatus.RUNNING, ClosedBook(report.graph))
        except NeedsLock:
            recorded = _settle_offered(report) if offered else None
        if recorded is not None:
            return recorded
    return None if offered else _settle_locked(report)


def _settle_offered(report: Report) -> Recorded | None:
    """The same under the run's lock; where somebody has taken the step meanwhile, nothing of it stays."""
    with transaction.atomic():
        if claims.lock_execution(report.claimed.execution_id) != ExecutionStatus.RUNNING:
            return None
        recorded = _record(report, ExecutionStatus.RUNNING, RunBook(report.claimed.execution_id, report.graph))
        if recorded is None:
            transaction.set_rollback(True)
            return None
        return replace(recorded, alone=not report.passed)


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
        hold = claims.held(claimed, only_expired=report.only_expired) if status in _RECORDABLE else None
        if status is not None and hold is not None:
            if status != ExecutionStatus.RUNNING or hold.paused_since:
                report = replace(report, passed=())
            report = _launched(_with_children(report, status), status)
            recorded = _record_awaiting(report, status, RunBook(claimed.execution_id, report.graph))
            if recorded is not None:
                recorded = replace(recorded, alone=not report.passed)
            if _stores(report):
                _store(report)
            if recorded is not None:
                noting.write(claimed, report.node, report.settlement.notes)
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


def _launched(report: Report, status: str) -> Report:
    """Start the runs that nobody waits for; the step fails where one cannot be started. A failing run starts none."""
    launches = [note for note in report.settlement.notes if isinstance(note, Launch)]
    if not launches or status == ExecutionStatus.FAILING:
        return report
    failed = children.launch(report.claimed, report.node, launches, report.settlement.items)
    if failed is None:
        return report
    return replace(report, settlement=failed, data=payloads.encode(failed.ports, {}) if failed.ports else [])


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
    now = time.monotonic()
    recorded = claims.record(
        Record(
            claimed=report.claimed,
            assumed=status,
            status=settlement.status,
            outcome=settlement.outcome,
            fired=list(settlement.ports) if settlement.ports is not None else None,
            error=safe_json.dumps(settlement.failure.as_json()) if settlement.failure else None,
            execution_error=telling.execution_error(report.claimed, settlement.failure) if fails else None,
            handled=settlement.status is StepStatus.FAILED and not settlement.fails_run,
            failures=settlement.failures,
            rescued=settlement.rescued,
            passed=bool(report.passed),
            only_expired=report.only_expired,
            seconds=settlement.seconds,
            until=settlement.until,
            wait_reason=settlement.reason,
            wait_event=settlement.event,
            wait_subject=settlement.subject,
            wake=safe_json.dumps(settlement.wake) if settlement.wake else None,
            progress=None if settlement.progress is None else safe_json.dumps(settlement.progress),
            ended_ago=now - report.ended,
            data=_data(report, settlement),
            targets=[*_targets(report, resolution, status, chosen, joins), *_passed_targets(report.passed, now)],
            events=[
                *report.lines,
                *telling.moves(report.claimed, report.node, settlement, fails=fails),
                *(line for step in report.passed for line in telling.quick_step(step)),
                *telling.new_passes(report.claimed.execution_id, report.graph, report.node, resolution),
                *skips(report.claimed.execution_id, report.graph, resolution.skipped),
                *cancelled,
            ],
            closed=settlement.closes
            + len(report.passed)
            + len(resolution.skipped)
            + len(cancelled)
            - len(resolution.begun),
            final_status=ExecutionStatus.FAILED if failing else ExecutionStatus.SUCCEEDED,
            next_status=ExecutionStatus.FAILING if failing else status,
            claim_on=None if chosen in resolution.ready or report.claimed.offered else report.continue_on,
        )
    )
    if recorded is not None:
        resolution.ready += [place for place in joins if _step_id(report, place) in recorded.joined]
        _after(report, settlement, resolution, status, recorded)
    return recorded


def _step_id(report: Report, place: Place) -> uuid.UUID:
    return identity.step_id(report.claimed.execution_id, *place)


def _data(report: Report, settlement: Settlement) -> list[tuple[uuid.UUID, str, str, str | None]]:
    """What left by the ports of a step that has ended, or the items of a pass that begins."""
    keeps = settlement.closes or settlement.begins is not None
    rows = [(report.claimed.step_id, row) for row in report.data] if keeps else []
    rows += [(step.claimed.step_id, row) for step in report.passed for row in step.data]
    return [(step, row.port, row.items, row.sources) for step, row in rows]


def _passed_targets(passed: Sequence[Passed], now: float) -> list[Target]:
    """The quick steps that have succeeded: nothing is open before them."""
    return [
        Target(
            step.claimed.step_id,
            remaining=0,
            live=1,
            status=StepStatus.SUCCEEDED,
            fired=list(step.settlement.ports or {}),
            started_ago=now - step.began,
            ended_ago=now - step.ended,
        )
        for step in passed
    ]


def _resolve(report: Report, settlement: Settlement, status: str, book: RunBook | ClosedBook) -> Resolution:
    if settlement.fails_run or status == ExecutionStatus.FAILING:
        return Resolution()
    place = (report.claimed.node_id, tuple(report.claimed.scope))
    if settlement.begins is not None:
        return planner.begin_pass(report.graph, place, settlement.begins, book=book)
    if settlement.ports is None:
        return Resolution()
    passed: dict[Place, Collection[str]] = {
        (step.node.id, ()): (step.settlement.ports or {}).keys() for step in report.passed
    }
    return planner.resolve(report.graph, place, settlement.ports.keys(), book=book, passed=passed)


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
