"""Starting a run: one transaction, and after its commit the run cannot be lost."""

from __future__ import annotations

import hashlib
import uuid
from datetime import timedelta
from typing import Any

import structlog
from django.db import transaction
from uuid_utils.compat import uuid7

from accounts import failpoints
from accounts.clock import Clock, Now
from executions import journal, layout
from executions.engine import planner
from executions.engine.planner import Resolution
from executions.engine.states import ExecutionStatus, Origin, StepStatus
from executions.errors import BadInput, IdempotencyMismatch
from executions.models import Execution, IdempotencyKey
from executions.services.aftermath import ring_for, tell
from integrations import safe_json
from workflows import services as workflows
from workflows.graph.topology import CompiledGraph

log = structlog.get_logger(__name__)

KEY_LIFETIME = timedelta(hours=24)


def start(
    *,
    target: workflows.StartTarget,
    user: Any,
    input_data: Any = None,
    priority: int | None = None,
    idempotency_key: str | None = None,
    origin: Origin = Origin.MANUAL,
    retry_of: uuid.UUID | None = None,
    first: Resolution | None = None,
) -> tuple[Execution, bool]:
    """Start a run of `target`; returns it and whether it is new.

    With a key that its owner has used for this workflow within a day the earlier run is returned, if the request is
    the same. `first` are the steps that are laid out, by default those with which every run of the graph begins.
    Raises `IdempotencyMismatch`, `BadInput`, `WorkflowNotFound`.
    """
    input_data = {} if input_data is None else input_data
    priority = target.priority if priority is None else priority
    _check(input_data, priority, idempotency_key)
    graph = workflows.compiled(target.version_id)
    execution_id = uuid7()
    with transaction.atomic():
        workflows.hold_startable(target.workflow_id)
        if idempotency_key is not None:
            known = _use_key(execution_id, target, user, idempotency_key, input_data, priority)
            if known is not None:
                return known, False
        first = first or planner.initial(graph)
        execution = _insert(execution_id, target, graph, first, user, input_data, priority, origin, retry_of)
        layout.insert_steps(execution_id, graph, first.counters)
        layout.write_passes(execution_id, graph, first.passes)
        tell(execution_id, _first_lines(execution, target, user))
        ring_for(graph, (name for name, _scope in first.ready))
        failpoints.reach("start.before_commit")
    failpoints.reach("start.after_commit")
    log.info(
        "execution started",
        execution_id=str(execution_id),
        workflow_id=str(target.workflow_id),
        priority=priority,
        steps=len(graph.nodes),
    )
    return execution, True


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


def _use_key(
    execution_id: uuid.UUID, target: workflows.StartTarget, user: Any, key: str, input_data: Any, priority: int
) -> Execution | None:
    """Claim the key for this run, or return the run that has it. A parallel start waits here for the first one."""
    body = safe_json.dumps(_sorted({"inputData": input_data, "priority": priority}))
    digest = hashlib.sha256(body.encode()).hexdigest()
    fields = {"owner": user, "workflow_id": target.workflow_id, "key": key}
    IdempotencyKey.objects.filter(**fields, expires_at__lte=Now()).delete()
    row = IdempotencyKey(**fields, body_hash=digest, execution_id=execution_id, expires_at=Clock() + KEY_LIFETIME)
    IdempotencyKey.objects.bulk_create([row], ignore_conflicts=True)
    known = IdempotencyKey.objects.get(**fields)
    if known.execution_id == execution_id:
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


def _insert(
    execution_id: uuid.UUID,
    target: workflows.StartTarget,
    graph: CompiledGraph,
    first: Resolution,
    user: Any,
    input_data: Any,
    priority: int,
    origin: Origin,
    retry_of: uuid.UUID | None,
) -> Execution:
    deadline = graph.settings.deadline_seconds
    execution = Execution.objects.create(
        id=execution_id,
        project_id=target.project_id,
        workflow_id=target.workflow_id,
        version_id=target.version_id,
        started_by=user,
        status=ExecutionStatus.RUNNING,
        priority=priority,
        input_data=input_data,
        origin=origin,
        retry_of_id=retry_of,
        open_steps=sum(counter.status is not StepStatus.SKIPPED for counter in first.counters.values()),
        started_at=Clock(),
        deadline_at=None if deadline is None else Clock() + timedelta(seconds=deadline),
    )
    execution.refresh_from_db(fields=["started_at", "deadline_at", "created_at"])
    return execution


def _first_lines(execution: Execution, target: workflows.StartTarget, user: Any) -> int:
    started = {
        "status": ExecutionStatus.RUNNING,
        "workflowId": target.workflow_id,
        "workflow": target.workflow_name,
        "by": getattr(user, "username", None),
        "priority": execution.priority,
    }
    return journal.append(execution.id, [journal.event("execution.started", started)])
