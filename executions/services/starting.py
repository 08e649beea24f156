"""Starting a run: one transaction, most often one statement, and after its commit the run cannot be lost."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from django.db import transaction
from uuid_utils.compat import uuid7

from accounts import failpoints
from accounts.clock import Clock, Now
from executions import failures, journal, layout, offers
from executions.engine import planner
from executions.engine.events import Event
from executions.engine.planner import Resolution
from executions.engine.states import ExecutionStatus, Origin, StepStatus
from executions.errors import BadInput, IdempotencyMismatch
from executions.layout import NewRun
from executions.models import Execution, IdempotencyKey
from executions.services import admission
from executions.services.admission import Entry, Turn
from executions.services.aftermath import ring_for
from executions.services.by_hand import begun_by_hand, filled_in, tell_of_start
from integrations import safe_json
from workflows import services as workflows
from workflows.graph.topology import CompiledGraph

log = structlog.get_logger(__name__)

KEY_LIFETIME = timedelta(hours=24)


@dataclass(frozen=True)
class Cause:
    """Why a run begins: what it repeats, or the step that starts it, whether that waits, and how deep it lies."""

    origin: Origin = Origin.MANUAL
    retry_of: uuid.UUID | None = None
    parent_step: uuid.UUID | None = None
    awaited: bool = False
    depth: int = 0


@dataclass(frozen=True)
class _Beginning:
    """A run that is about to be written."""

    execution_id: uuid.UUID
    target: workflows.StartTarget
    graph: CompiledGraph
    first: Resolution
    user: Any
    input_data: Any
    priority: int
    cause: Cause


def start(
    *,
    target: workflows.StartTarget,
    user: Any,
    input_data: Any = None,
    priority: int | None = None,
    idempotency_key: str | None = None,
    cause: Cause | None = None,
    first: Resolution | None = None,
) -> tuple[Execution, bool]:
    """Start a run of `target`; returns it and whether it is new.

    With a key that its owner has used for this workflow within a day the earlier run is returned, if the request is
    the same. `first` are the steps that are laid out, by default those with which every run of the graph begins.
    Beyond the workflow's concurrency limit the run is `queued` or at once `stopped`, as its settings say.
    Raises `IdempotencyMismatch`, `BadInput`, `ConcurrencyLimit`, `WorkflowNotFound`.
    """
    input_data = {} if input_data is None else input_data
    priority = target.priority if priority is None else priority
    cause = cause or Cause()
    _check(input_data, priority, idempotency_key)
    graph = workflows.compiled(target.version_id)
    by_hand = begun_by_hand(graph) if cause.origin is Origin.MANUAL and first is None else None
    if by_hand is not None:
        input_data = filled_in(by_hand, input_data)
    first = first or _first_steps(graph, cause.origin)
    beginning = _Beginning(uuid7(), target, graph, first, user, input_data, priority, cause)
    if idempotency_key is None and by_hand is None and graph.settings.concurrency is None and not first.passes:
        execution = _write(beginning, Turn())  # one statement, which needs no transaction around it
    else:
        with transaction.atomic():
            known = _use_key(beginning, idempotency_key) if idempotency_key is not None else None
            if known is not None:
                return known, False
            execution = _write(beginning, _enter(beginning))
            if by_hand is not None:
                tell_of_start(execution, target, user)
            failpoints.reach("start.before_commit")
    failpoints.reach("start.after_commit")
    log.info(
        "execution started",
        execution_id=str(execution.pk),
        workflow_id=str(target.workflow_id),
        status=str(execution.status),
        priority=priority,
        steps=len(graph.nodes),
    )
    return execution, True


BEGINS_AT = {
    Origin.MANUAL: ("trigger-manual", "trigger-form"),
    Origin.SUBWORKFLOW: ("trigger-subworkflow",),
    Origin.ERROR: ("trigger-error",),
}
"""At which trigger a run begins that nobody starts at a certain one; where there is none, at all of them."""


def _first_steps(graph: CompiledGraph, origin: Origin) -> Resolution:
    for node_type in BEGINS_AT.get(origin, ()):
        for node_id in graph.roots:
            if graph.nodes[node_id].type == node_type:
                return planner.initial_at(graph, node_id)
    return planner.initial(graph)


def _check(input_data: Any, priority: int, key: str | None) -> None:
    faults = {}
    if not isinstance(input_data, dict):
        faults["inputData"] = "object"
    if isinstance(priority, bool) or not isinstance(priority, int) or not 0 <= priority <= 10:
        faults["priority"] = "0..10"
    if key is not None and not (0 < len(key) <= 200 and key.isprintable()):
        faults["Idempotency-Key"] = "1..200"
    if faults:
        raise BadInput(fields=faults)


def _use_key(beginning: _Beginning, key: str) -> Execution | None:
    """Claim the key for this run, or return the run that has it. A parallel start waits here for the first one."""
    body = safe_json.dumps(_sorted({"inputData": beginning.input_data, "priority": beginning.priority}))
    digest = hashlib.sha256(body.encode()).hexdigest()
    fields = {"owner": beginning.user, "workflow_id": beginning.target.workflow_id, "key": key}
    IdempotencyKey.objects.filter(**fields, expires_at__lte=Now()).delete()
    own = beginning.execution_id
    row = IdempotencyKey(**fields, body_hash=digest, execution_id=own, expires_at=Clock() + KEY_LIFETIME)
    IdempotencyKey.objects.bulk_create([row], ignore_conflicts=True)
    known = IdempotencyKey.objects.get(**fields)
    if known.execution_id == own:
        return None
    if known.body_hash != digest:
        raise IdempotencyMismatch
    return Execution.objects.get(id=known.execution_id)


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_sorted(item) for item in value]
    return value


_STATUS = {
    Entry.ADMITTED: ExecutionStatus.RUNNING,
    Entry.QUEUED: ExecutionStatus.QUEUED,
    Entry.DROPPED: ExecutionStatus.STOPPED,
}


def _enter(beginning: _Beginning) -> Turn:
    return admission.enter(
        beginning.graph.settings.concurrency,
        workflow_id=beginning.target.workflow_id,
        input_data=beginning.input_data,
        awaited_by=beginning.cause.parent_step if beginning.cause.awaited else None,
    )


def _write(beginning: _Beginning, turn: Turn) -> Execution:
    run = _run(beginning, turn)
    graph, first = beginning.graph, beginning.first
    dropped = turn.entry is Entry.DROPPED
    added = layout.write_run(
        run,
        graph,
        {} if dropped else first.counters,
        deadline_seconds=graph.settings.deadline_seconds,
        line=_first_line(run, beginning, turn),
    )
    if turn.slot:
        admission.take(beginning.execution_id, beginning.target.workflow_id, turn.key)
    if not dropped:
        layout.write_passes(beginning.execution_id, graph, first.passes)
    if turn.entry is Entry.ADMITTED:
        ring_for(graph, (name for name, _scope in first.ready), offer=offers.word_for(run, added, graph, first.ready))
    return layout.written(run, added)  # after the bell: no worker waits for it


def _run(beginning: _Beginning, turn: Turn) -> NewRun:
    target, cause = beginning.target, beginning.cause
    dropped = turn.entry is Entry.DROPPED
    counters = beginning.first.counters.values()
    return NewRun(
        id=beginning.execution_id,
        project_id=target.project_id,
        workflow_id=target.workflow_id,
        version_id=target.version_id,
        started_by=beginning.user,
        status=_STATUS[turn.entry],
        priority=beginning.priority,
        input_data=beginning.input_data,
        origin=cause.origin,
        retry_of_id=cause.retry_of,
        parent_step_id=cause.parent_step,
        awaited=cause.awaited,
        depth=cause.depth,
        concurrency_key=turn.key,
        aftercare=turn.slot or cause.parent_step is not None,
        error=failures.CONCURRENCY_DROPPED.as_json() if dropped else None,
        open_steps=0 if dropped else sum(counter.status is not StepStatus.SKIPPED for counter in counters),
    )


def _first_line(run: NewRun, beginning: _Beginning, turn: Turn) -> Event:
    payload = {
        "status": run.status,
        "workflowId": run.workflow_id,
        "workflow": beginning.target.workflow_name,
        "by": getattr(beginning.user, "username", None),
        "priority": run.priority,
    }
    if turn.entry is Entry.DROPPED:
        return journal.event("execution.stopped", {**payload, "error": run.error}, level="warning")
    queued = turn.entry is Entry.QUEUED
    return journal.event("execution.queued" if queued else "execution.started", payload)
