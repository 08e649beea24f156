"""Draining a queue: claim a step, run its node, record what became of it, go on with its successor."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError, close_old_connections, connection

from accounts import failpoints
from executions import claims, failures, payloads
from executions.claims import Claimed, Recorded
from executions.context import StepContext
from executions.engine import settlement as settlements
from executions.engine.events import Event
from executions.engine.identity import step_id
from executions.engine.settlement import Failure, Settlement, Starting
from executions.isolation import run_apart
from executions.lease import Cut, Lease, Leases
from executions.payloads import Encoded, PayloadRefused, RunFacts
from executions.realtime import hint_running
from executions.services import children
from executions.services.aftermath import ring, ring_out
from executions.services.graphs import graph_of
from executions.services.settling import Report, note_lost, settle
from integrations import listening
from integrations.errors import Cancelled, CircuitOpen, OutboundError
from integrations.scope import Sent
from workflows import catalogue
from workflows.graph import expressions
from workflows.graph.topology import ERROR_PORT, CompiledGraph, CompiledNode
from workflows.node_type import Done, Later, NodeError, Outcome, Pass, Start, Transient, Wait

log = structlog.get_logger(__name__)

SLICE_SECONDS = 1.0
SLICE_STEPS = 50
LISTEN_SECONDS = 2.0
EARS = 2
"""How many threads of a process listen for bells at once: each holds one of the worker's places."""
COMMIT_PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0)


@dataclass(frozen=True)
class Carried:
    """What the step just recorded gave to its successor, still in memory."""

    step_id: uuid.UUID
    outputs: payloads.Outputs


_ears = threading.BoundedSemaphore(EARS)


def serve(queue: str, leases: Leases) -> None:
    """Drain `queue`, and listen for a moment whether there is more: a bell that is heard needs no message.

    A few threads of a process listen at most; the others leave at once.
    """
    drain(queue, leases)
    if leases.draining or not _ears.acquire(blocking=False):
        return
    try:
        while wanted := listening.wait(
            queue, seconds=LISTEN_SECONDS, is_there=lambda: _is_ready(queue), leave=lambda: leases.draining
        ):
            ring_out(queue, wanted - 1)
            drain(queue, leases)
    finally:
        _ears.release()


def _is_ready(queue: str) -> bool:
    ready = claims.is_ready(queue)
    _give_connection_back()
    return ready


def drain(queue: str, leases: Leases, *, seconds: float = SLICE_SECONDS, steps: int = SLICE_STEPS) -> int:
    """Run ready steps of `queue` for one slice and return how many; rings again when the slice ended before the work.

    A slice is fair to others: after it the best-ranked step of the whole queue is asked for anew.
    """
    close_old_connections()
    end = time.monotonic() + seconds
    done = 0
    carried: Carried | None = None
    claimed = _claim(queue, leases)
    while claimed is not None:
        done += 1
        more = done < steps and time.monotonic() < end and not leases.draining
        recorded, carried = _step(claimed, carried, leases, continue_on=queue if more else None)
        claimed = recorded.claimed if recorded else None
        if claimed is None:
            if not more:
                ring(queue, 1)
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
    claimed: Claimed, carried: Carried | None, leases: Leases, *, continue_on: str | None
) -> tuple[Recorded | None, Carried | None]:
    graph = graph_of(claimed)
    if graph is None:
        return None, None
    node = graph.nodes[claimed.node_id]
    lease = leases.take(claimed, node.timeout_seconds)
    with structlog.contextvars.bound_contextvars(execution_id=str(claimed.execution_id), step_id=str(claimed.step_id)):
        try:
            report = _run(claimed, graph, node, carried, lease, continue_on)
            recorded = None if report is None else _settle_surely(report)
        finally:
            leases.drop(lease)
    failpoints.reach("finish.after_commit")
    if report is None or recorded is None:
        return None, None
    if report.settlement.starts is not None:  # what left the step was known only when it was recorded
        return recorded, None
    outputs = {(claimed.step_id, row.port): row.items for row in report.data}
    return recorded, Carried(claimed.step_id, outputs)


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
    try:
        facts = _facts(claimed, node)
        inputs = _inputs(claimed, node, carried, facts) | (payloads.decode(claimed.edited_input) or {})
        result = _woken(claimed, node, inputs)
        if result is None:
            context = StepContext(
                claimed=claimed,
                node=node,
                node_type=catalogue.get(node.type),
                inputs=inputs,
                facts=facts,
                deadline=lease.deadline,
                cancel=lease.cancel,
            )
            lines, sent = context.log.lines, context.effects
            outcome = _call(node, context)
            result = _understood(outcome, node, claimed, inputs)
            if isinstance(outcome, Pass) and result.begins is not None:
                data = payloads.encode({payloads.pass_port(result.begins): outcome.items}, {})
        if result.ports is not None:
            data = payloads.encode(result.ports, result.sources)
    except (OperationalError, InterfaceError):
        raise
    except PayloadRefused as refused:
        result = _failed(claimed, node, refused.failure, inputs)
    except Exception as error:  # whatever a node raises becomes its step's failure
        explained = _explain(error, lease)
        if explained is None:
            note_lost(claimed, sent)
            return None
        result = explained if isinstance(explained, Settlement) else _failed(claimed, node, explained, inputs)
    if result.failure is not None and result.ports:
        try:
            data = payloads.encode(result.ports, result.sources)
        except PayloadRefused as refused:  # the items cannot be handed on beside the error, so it is not handled
            result = _failed(claimed, replace(node, on_error="fail"), refused.failure, inputs)
    return Report(claimed, graph, result, data, tuple(lines), continue_on, sent=tuple(sent))


def _call(node: CompiledNode, context: StepContext) -> Outcome:
    if node.weight != "inline":
        _ = context.config  # rendered while the connection is still ours
        _give_connection_back()
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


def _facts(claimed: Claimed, node: CompiledNode) -> RunFacts:
    """The run's input and its workflow, as far as the step asks for them: for roots, and for templates."""
    if any(name in text for _path, text in expressions.texts(node.config) for name in ("$execution", "$workflow")):
        return payloads.read_facts(claimed.execution_id)
    return RunFacts({} if node.in_degree else payloads.read_input(claimed.execution_id), {})


def _inputs(claimed: Claimed, node: CompiledNode, carried: Carried | None, facts: RunFacts) -> dict[str, list[Any]]:
    scope = tuple(claimed.scope)
    begins = not any(scope) and not node.in_degree
    if begins:
        return {node.inputs[0]: [facts.input_data]} if node.inputs else {}
    known = None
    if carried is not None and node.region is None and all(edge.role == "plain" for edge in node.ins):
        sources = {step_id(claimed.execution_id, edge.source) for edge in node.ins}
        known = carried.outputs if sources == {carried.step_id} else None
    return payloads.read_inputs(claimed.execution_id, node, scope, known)


def _first_items(node: CompiledNode, inputs: Mapping[str, list[Any]]) -> list[Any]:
    return inputs.get(node.inputs[0], []) if node.inputs else []


def _woken(claimed: Claimed, node: CompiledNode, inputs: dict[str, list[Any]]) -> Settlement | None:
    """What a step that has slept does when it is claimed again: its input items leave by the port of its waking."""
    wake = payloads.decode(claimed.wake) or {}
    if wake.get("by") == "timer":
        return settlements.success({wake["onTimeout"]: _first_items(node, inputs)})
    if wake.get("by") == "children":
        return children.outcome(claimed, node, wake["children"], _first_items(node, inputs))
    if wake.get("by") == "limit":
        return _failed(claimed, node, failures.LOOP_LIMIT, inputs)
    if wake.get("by") == "event":
        return settlements.success({wake["onEvent"]: [wake["payload"]]})
    return None


def _understood(outcome: Outcome, node: CompiledNode, claimed: Claimed, inputs: Mapping[str, list[Any]]) -> Settlement:
    unknown = _unknown_port(outcome, node)
    if unknown is not None:
        log.error("node type has a defect: it has no such port", node_type=node.type, port=unknown[:100])
        failure = failures.unknown_port(unknown[:100], catalogue.facts(node.type).outputs)
        return _failed(claimed, node, failure, inputs)
    if isinstance(outcome, Done):
        return settlements.success(outcome.ports, outcome.sources)
    if isinstance(outcome, Later):
        return settlements.later(
            seconds=outcome.seconds, reason=outcome.reason, progress=outcome.progress, host=outcome.host
        )
    if isinstance(outcome, Wait):
        if outcome.seconds is None and outcome.until is None and outcome.event is None:
            raise ValueError(f"{node.type} waits for nothing")
        return settlements.waiting(
            seconds=outcome.seconds,
            until=outcome.until,
            event=outcome.event,
            subject=outcome.subject,
            on_event=outcome.on_event or node.first_output,
            on_timeout=outcome.on_timeout or node.first_output,
        )
    if isinstance(outcome, Start):
        items = _first_items(node, inputs)
        return settlements.starting(Starting(outcome.workflow, outcome.inputs, outcome.wait, items))
    if isinstance(outcome, Pass):
        number = (payloads.decode(claimed.wake) or {}).get("pass", -1) + 1
        return settlements.looping(number=number, progress=outcome.progress)
    raise TypeError(f"{node.type} returned {type(outcome).__name__}")


def _unknown_port(outcome: Outcome, node: CompiledNode) -> str | None:
    """A port that the outcome names and the node's type does not have: everything behind it would be skipped."""
    named: Collection[str | None] = ()
    if isinstance(outcome, Done):
        named = outcome.ports.keys()
    elif isinstance(outcome, Wait):
        named = (outcome.on_event, outcome.on_timeout)
    known = catalogue.facts(node.type).outputs
    return next((name for name in named if name is not None and name not in known and name != ERROR_PORT), None)


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
        return settlements.later(seconds=error.retry_after or 1.0, reason="breaker", progress=progress, host=host)
    if isinstance(error, NodeError):
        retry_after = error.retry_after if isinstance(error, Transient) else None
        return Failure(error.code, str(error.message), error.details, error.transient, retry_after)
    if isinstance(error, OutboundError) and not isinstance(error, Cancelled):
        return Failure(error.code, str(error.message), error.details, error.transient, error.retry_after)
    log.exception("node type has a defect")
    return Failure("defect", failures.DEFECT, {"type": type(error).__name__})


def _failed(claimed: Claimed, node: CompiledNode, failure: Failure, inputs: Mapping[str, list[Any]]) -> Settlement:
    return settlements.failed(
        node,
        failure,
        tries=claimed.tries,
        jitter=random.random(),  # noqa: S311 - spreads retries, protects nothing
        items=_first_items(node, inputs),
        progress=payloads.decode(claimed.progress),
    )


def give_up(lease: Lease) -> None:
    """Record the failure of a step that is over its time and does not stop; what it still does is thrown away."""
    graph = graph_of(lease.claimed)
    if graph is None:
        return
    node = graph.nodes[lease.claimed.node_id]
    result = _failed(lease.claimed, node, failures.TIMED_OUT, {})
    data = payloads.encode(result.ports, {}) if result.ports else []
    settle(Report(lease.claimed, graph, result, data))


def _settle_surely(report: Report) -> Recorded | None:
    """Record the report; when it holds what cannot be written, record that as the step's failure."""
    try:
        return _settle_patiently(report)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # texts that JSON or PostgreSQL do not hold, times out of range, names too long
        log.exception("result cannot be recorded", step_id=str(report.claimed.step_id))
        return _settle_patiently(_refused(report, error))


def _refused(report: Report, error: Exception) -> Report:
    """The same step, failed because of `error`. Its log lines are left out: they may be what was wrong."""
    was = report.settlement.failure
    details = {"reason": type(error).__name__, **({"of": was.code} if was else {})}
    result = _failed(report.claimed, report.node, Failure("result_refused", failures.REFUSED, details), {})
    data = payloads.encode(result.ports, {}) if result.ports else []
    return replace(report, settlement=result, data=data, lines=())


def _settle_patiently(report: Report) -> Recorded | None:
    """Record the report even when the connection dies in the commit: look what is there, and write it only if missing.

    The node is never run again for this. When the database stays away the lease runs out and another worker takes over.
    """
    for pause in (*COMMIT_PAUSES, None):
        try:
            recorded = settle(report)
            failpoints.reach("finish.commit_unknown")
        except (OperationalError, InterfaceError):
            if pause is None:
                raise
            log.warning("result could not be recorded, trying again", pause=pause)
            connection.close()
            time.sleep(pause)
        else:
            return recorded
    return None
