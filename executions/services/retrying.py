"""Running a step again, with everything that came after it."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any

import structlog
from django.db import transaction

from accounts import failpoints
from executions import claims, journal, layout
from executions.engine.repeating import Past, Plan, cut_off, go_on
from executions.engine.resetting import Reset
from executions.engine.states import ENDED_STEP, ExecutionStatus, StepStatus
from executions.errors import ExecutionNotFound, IllegalTransition, NothingToRetry, StepHasResult, StepNotFound
from executions.models import Execution, Step
from executions.services.putting_back import put_back, read_past
from workflows import services as workflows
from workflows.graph.topology import CompiledGraph

log = structlog.get_logger(__name__)

RETRYABLE_RUN = (
    ExecutionStatus.SUCCEEDED,
    ExecutionStatus.FAILED,
    ExecutionStatus.STOPPED,
    ExecutionStatus.PAUSED,
)
RETRYABLE_STEP = (StepStatus.FAILED, StepStatus.CANCELLED)


def retry_step(*, execution_id: uuid.UUID, step_id: uuid.UUID, user: Any = None, force: bool = False) -> Execution:
    """Put a finished step back to ready and its descendants back to pending; other results are kept.

    Without `force` only failed and cancelled steps. A paused run stays paused and its step is held. Raises
    `ExecutionNotFound`, `StepNotFound`, `IllegalTransition` (one of many simultaneous calls wins), `StepHasResult`,
    `NothingToRetry` where no branch leads to the step any more.
    """
    with transaction.atomic():
        status = claims.lock_execution(execution_id)
        if status is None:
            raise ExecutionNotFound
        failpoints.reach("retry.locked")
        execution = Execution.objects.get(id=execution_id)
        step = Step.objects.filter(execution_id=execution_id, id=step_id).first()
        if step is None:
            raise StepNotFound
        _allow(status, step, force)
        graph = workflows.compiled(execution.version_id)
        plan = plan_steps(execution, graph, read_past(execution_id), [step.node_id])
        if not plan.runs:
            raise NothingToRetry(status=status)
        reset = plan.reset
        payload = {
            "stepId": step.id,
            "nodeId": step.node_id,
            "label": step.label,
            "status": _state_of(reset, step.node_id, held=status == ExecutionStatus.PAUSED),
            "steps": len(reset.nodes),
            "by": getattr(user, "username", None),
        }
        put_back(execution, graph, reset, journal.event("step.retried", payload, step_id=step.id))
    log.info("step retried", execution_id=str(execution_id), step_id=str(step_id), steps=len(reset.nodes))
    return Execution.objects.get(id=execution_id)


def plan_steps(execution: Execution, graph: CompiledGraph, past: Past, wanted: Collection[str]) -> Plan:
    """What becomes of the run's steps when the `wanted` nodes are retried.

    What their failure has cancelled goes on with them. What a person has stopped does not.
    """
    mended = cut_off(graph, past, wanted) if execution.status == ExecutionStatus.FAILED else ()
    return go_on(graph, past, wanted, mended=mended)


def _allow(status: str, step: Step, force: bool) -> None:
    if status not in RETRYABLE_RUN:
        raise IllegalTransition(status=status)
    refuse_step(step, status=status, force=force)


def refuse_step(step: Step, *, status: str, force: bool) -> None:
    """Raise what keeps the step of a run in `status` from being repeated, if anything does."""
    if step.status in RETRYABLE_STEP or (force and step.status in ENDED_STEP):
        return
    kind = StepHasResult if step.status in ENDED_STEP else IllegalTransition
    raise kind(status=status, stepStatus=step.status, force=force)


def _state_of(reset: Reset, node_id: str, *, held: bool) -> StepStatus:
    counter = reset.counters.get((node_id, ()))
    return layout.gated(StepStatus.PENDING if counter is None else counter.status, held=held)
