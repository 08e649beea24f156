"""Draining a queue: claim a step, run its node, record what became of it, go on with its successor."""

from __future__ import annotations

import threading
import time
import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError, close_old_connections, connection

from accounts import failpoints
from executions import bursts, claims, failures, masking, offers, outcomes, payloads
from executions.claims import Claimed, Recorded
from executions.context import StepContext
from executions.engine import settlement as settlements
from executions.engine.events import Event
from executions.engine.identity import step_id
from executions.engine.settlement import Failure, Settlement
from executions.isolation import run_apart
from executions.lease import Cut, GivenBack, Lease, Leases
from executions.payloads import Encoded, PayloadRefused, RunFacts
from executions.realtime import hint_running
from executions.recording import settle_surely
from executions.services.aftermath import ring, ring_out
from executions.services.graphs import graph_of
from executions.services.settling import Report, note_lost, settle
from executions.surroundings import Names, needs_of, read_run_facts
from integrations import listening
from integrations.errors import Cancelled, CircuitOpen, CredentialError, OutboundError
from integrations.redaction import Redactor, keeping_quiet
from integrations.scope import Sent
from integrations.vault import Vault
from workflows import catalogue
from workflows.graph.topology import CompiledGraph, CompiledNode
from workflows.javascript import Busy
from workflows.node_type import NodeError, Outcome, Pass, Transient

log = structlog.get_logger(__name__)

SLICE_SECONDS = 1.0
SLICE_STEPS = 500
LISTEN_SECONDS = 2.0
EARS = 2
"""How many threads of a process listen for bells at once: each holds one of the worker's places."""
BUSY_SECONDS = 1.0
"""After how long a step asks again whether there is a process for its scripts."""


@dataclass(frozen=True)
class Carried:
    """What the steps just recorded gave to their successors, still in memory."""

    steps: frozenset[uuid.UUID]
    outputs: payloads.Outputs


_ears = threading.BoundedSemaphore(EARS)


def serve(queue: str, leases: Leases) -> None:
    """Drain `queue`, and listen for a moment whether there is more: a bell that is heard needs no message.

    A few threads of a process listen at most; the others leave at once.
    """
    drain(queue, leases)
    if leases.draining or not _ears.acquire(blocking=False):
        return
    look = offers.Look(ready=False, at=datetime.now(UTC))

    def is_ready() -> bool:
        nonlocal look
        look = offers.look(queue)
        _give_connection_back()
        return look.ready

    try:
        while heard := listening.wait(queue, seconds=LISTEN_SECONDS, is_there=is_ready, leave=lambda: leases.draining):
            if leases.draining:  # the work is for others; while it is there, this one would hear of it again and again
                ring_out(queue, heard.workers)
                break
            ring_out(queue, heard.workers - 1)
            drain(queue, leases, offer=offers.understood(heard.word, look.now()))
    finally:
        _ears.release()


def drain(
    queue: str,
    leases: Leases,
    *,
    seconds: float = SLICE_SECONDS,
    steps: int = SLICE_STEPS,
    offer: offers.Offer | None = None,
) -> int:
    """Run ready steps of `queue` for one slice and return how many; rings again when the slice ended before the work.

    A slice is fair to others: after it the best-ranked step of the whole queue is asked for anew. With an `offer` it is
    run, with what it leads to, and the queue is left to whoever looks next: who heard of it had nothing else to do.
    """
    if offer is None:  # who has listened has asked by this connection, and a record finds out if it is lost meanwhile
        close_old_connections()
    # The claim finds out by itself whether the connection lives: to ask first would be one more round trip.
    connection.health_check_done = True  # type: ignore[attr-defined]
    end = time.monotonic() + seconds
    done = 0
    carried: Carried | None = None
    claimed = offer.claimed(queue=queue, worker=leases.worker) if offer else _claim(queue, leases)
    while claimed is not None:
        left = steps - done - 1 if time.monotonic() < end and not leases.draining else 0
        recorded, carried = _step(claimed, carried, leases, continue_on=queue if left else None, burst=left)
        ran = len(carried.steps) if carried else int(claimed.offered is None)
        done += ran
        claimed = recorded.claimed if recorded else None
        if claimed is None:
            if ran > left:
                ring(queue, 1)
                break
            if recorded is not None and (recorded.queue_empty or offer):  # what has come since rings
                break
            carried = None
            claimed = _claim(queue, leases)
    return done


def _claim(queue: str, leases: Leases) -> Claimed | None:
    if leases.draining:
        return None
    claimed = claims.claim(queue=queue, worker=leases.worker)
    if claimed is not None:
        failpoints.reach("claim.after_commit")
        hint_running(claimed.execution_id, claimed.step_id, claimed.attempt, claimed.started_at)
    return claimed


def _step(
    claimed: Claimed, carried: Carried | None, leases: Leases, *, continue_on: str | None, burst: int = 0
) -> tuple[Recorded | None, Carried | None]:
    graph = graph_of(claimed)
    if graph is None:
        return None, None
    node = graph.nodes[claimed.node_id]
    try:
        lease = leases.take(claimed, node.timeout_seconds)
    except GivenBack:
        return None, None
    with structlog.contextvars.bound_contextvars(execution_id=str(claimed.execution_id), step_id=str(claimed.step_id)):
        try:
            if claimed.offered is not None:
                report = _lead(claimed, graph, lease, continue_on)
            else:
                report = _run(claimed, graph, node, carried, lease, continue_on)
            if report is not None and burst:
                report = _with_quick_steps(report, lease, burst)
            recorded = None if report is None else settle_surely(report)
        finally:
            leases.drop(lease)
    failpoints.reach("finish.after_commit")
    if report is None or recorded is None:
        return None, None
    if report.settlement.starts is not None:  # what left the step was known only when it was recorded
        return recorded, None
    outputs = {(claimed.step_id, row.port): row.items for row in report.data}
    passed = () if recorded.alone else report.passed
    outputs |= {(step.claimed.step_id, row.port): row.items for step in passed for row in step.data}
    return recorded, Carried(frozenset({claimed.step_id, *(step.claimed.step_id for step in passed)}), outputs)


def _with_quick_steps(report: Report, lease: Lease, most: int) -> Report:
    """The report, with the quick steps after it; when they are as many as the slice has left, it ends with them."""
    alone = replace(report, continue_on=None)
    lease.result = alone
    passed = bursts.follow(lease, report.graph, report.settlement, report.data, most=most)
    lease.result = None
    return replace(alone if len(passed) == most else report, passed=passed)


def _lead(claimed: Claimed, graph: CompiledGraph, lease: Lease, continue_on: str | None) -> Report | None:
    """Run a first step that nobody has claimed; None when it has to be claimed first."""
    done = bursts.lead(lease, graph)
    if done is None:
        return None
    failpoints.reach("burst.step")
    return Report(claimed, graph, done.settlement, done.data, done.lines, continue_on)


def _run(
    claimed: Claimed,
    graph: CompiledGraph,
    node: CompiledNode,
    carried: Carried | None,
    lease: Lease,
    continue_on: str | None,
) -> Report | None:
    """Run the node and say what became of it; None when the step is no longer ours."""
    inputs: dict[str, list[Any]] = {}
    lines: list[Event] = []
    data: list[Encoded] = []
    sent: list[Sent] = []
    vault: Vault | None = None
    try:
        node_type = catalogue.get(node.type)
        needs = needs_of(node, node_type)
        facts = read_run_facts(claimed, node, needs)
        inputs = node.taken(_inputs(claimed, node, carried, facts) | (payloads.decode(claimed.edited_input) or {}))
        result = outcomes.given(node) or outcomes.woken(claimed, graph, node, inputs)
        if result is None:
            vault = masking.vault_for(claimed, graph, node)
            context = StepContext(
                claimed=claimed,
                node=node,
                node_type=node_type,
                inputs=inputs,
                facts=facts,
                names=Names(claimed=claimed, graph=graph, node=node, needs=needs, inputs=inputs, facts=facts),
                deadline=lease.deadline,
                cancel=lease.cancel,
                vault=vault,
            )
            lines, sent = context.log.lines, context.effects
            with keeping_quiet(vault.redactor() if vault else Redactor()):
                outcome = _call(node, context)
            result = outcomes.understood(outcome, node, claimed, inputs)
            if isinstance(outcome, Pass) and result.begins is not None:
                data = payloads.encode({payloads.pass_port(result.begins): outcome.items}, {})
        if result.ports is not None:
            data = payloads.encode(result.ports, result.sources)
    except (OperationalError, InterfaceError):
        raise
    except PayloadRefused as refused:
        result = outcomes.failed(claimed, node, refused.failure, inputs)
    except Exception as error:  # whatever a node raises becomes its step's failure
        explained = _explain(error, lease)
        if explained is None:
            note_lost(claimed, sent)
            return None
        result = explained if isinstance(explained, Settlement) else outcomes.failed(claimed, node, explained, inputs)
    if result.failure is not None and result.ports:
        try:
            data = payloads.encode(result.ports, result.sources)
        except PayloadRefused as refused:  # the items cannot be handed on beside the error, so it is not handled
            result = outcomes.failed(claimed, replace(node, on_error="fail"), refused.failure, inputs)
    report = Report(claimed, graph, result, data, tuple(lines), continue_on, sent=tuple(sent))
    return report if vault is None else _masked(report, vault.redactor())


def _masked(report: Report, redactor: Redactor) -> Report:
    """The report without the secrets of the run's workflow, whatever the outside has echoed."""
    data = masking.masked_data(report.data, redactor)
    result = masking.masked_settlement(report.settlement, redactor, ports_too=data != report.data)
    return replace(report, data=data, settlement=result, lines=tuple(masking.masked_lines(report.lines, redactor)))


def _call(node: CompiledNode, context: StepContext) -> Outcome:
    if node.weight != "inline" or context.computes:
        _give_connection_back()
        if context.items:
            _ = context.config  # a step whose config is wrong has no effects
    failpoints.reach("step.before_effect")
    try:
        node_type = catalogue.get(node.type)
        if node.isolate:
            return run_apart(context, node_type, may_repeat=node.on_worker_lost == "retry")
        return node_type.run(context)
    finally:
        failpoints.reach("step.after_effect")


def _give_connection_back() -> None:
    """A step that waits for the outside holds no database connection, where connections are pooled."""
    if connection.settings_dict["OPTIONS"].get("pool") and not connection.in_atomic_block:
        connection.close()


def _inputs(claimed: Claimed, node: CompiledNode, carried: Carried | None, facts: RunFacts) -> dict[str, list[Any]]:
    scope = tuple(claimed.scope)
    begins = not any(scope) and not node.in_degree
    if begins:
        return {node.inputs[0]: [facts.input_data]} if node.inputs else {}
    known = None
    if carried is not None and node.region is None and all(edge.role == "plain" for edge in node.ins):
        sources = {step_id(claimed.execution_id, edge.source) for edge in node.ins}
        known = carried.outputs if sources <= carried.steps else None
    return payloads.read_inputs(claimed.execution_id, node, scope, known)


def _explain(error: Exception, lease: Lease) -> Failure | Settlement | None:
    """What an exception of a node means; None when the step was taken away and nobody asks for its result."""
    if lease.cut is Cut.LOST:
        return None
    progress = payloads.decode(lease.claimed.progress)
    if lease.cut is Cut.SHUTDOWN:
        return settlements.handed_back(progress)
    if lease.cut is Cut.TIMEOUT:
        return failures.TIMED_OUT
    if isinstance(error, CircuitOpen):
        host = error.details.get("host")
        return settlements.later(seconds=error.retry_after or 1.0, reason=error.code, progress=progress, host=host)
    if isinstance(error, Busy):
        return settlements.later(seconds=BUSY_SECONDS, reason="javascript", progress=progress)
    if isinstance(error, NodeError):
        retry_after = error.retry_after if isinstance(error, Transient) else None
        return Failure(error.code, str(error.message), error.details, error.transient, retry_after)
    if isinstance(error, OutboundError) and not isinstance(error, Cancelled):
        return Failure(error.code, str(error.message), error.details, error.transient, error.retry_after)
    if isinstance(error, CredentialError):
        return Failure(error.code, str(error.message), error.details)
    log.exception("node type has a defect")
    return Failure("defect", failures.DEFECT, {"type": type(error).__name__})


def give_up(lease: Lease) -> None:
    """Record the failure of a step that is over its time and does not stop; what it still does is thrown away.

    Where it is a quick step after it that does not stop, the step itself has its result, and the other is left to fail
    under a claim of its own. So is a step that was only offered.
    """
    if lease.result is not None:
        settle(lease.result)
        return
    if lease.claimed.offered is not None:
        return
    graph = graph_of(lease.claimed)
    if graph is None:
        return
    node = graph.nodes[lease.claimed.node_id]
    result = outcomes.failed(lease.claimed, node, failures.TIMED_OUT, {})
    data = payloads.encode(result.ports, {}) if result.ports else []
    settle(Report(lease.claimed, graph, result, data))
