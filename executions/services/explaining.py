"""What a run waits for: the rows that tell it, read with a handful of queries however large the run is."""

from __future__ import annotations

import uuid
from dataclasses import replace

from django.db.models import BooleanField, ExpressionWrapper, F, Q

from accounts.clock import Now
from executions.engine.reasons import Pause, Reason, Run, Waiting, explain
from executions.engine.states import OPEN_EXECUTION, ExecutionStatus, StepStatus
from executions.models import Execution, ExecutionEvent, Step
from executions.services.admission import in_line
from executions.services.circles import circle
from executions.services.guards import live_queues

MOVING = (StepStatus.RUNNING, StepStatus.READY, StepStatus.DELAYED, StepStatus.WAITING)
MAX_STEPS = 1000
"""Steps that are looked at; of a run with more of them at once the sentence counts these."""
MAX_AHEAD = 10_000


def why(execution: Execution) -> list[Reason]:
    """The reasons, the most telling first; never empty. A finished run has one: that it is finished."""
    if execution.status not in OPEN_EXECUTION:
        return explain(_run(execution), (), listened=bool, ahead={})
    steps = _moving(execution)
    queues = live_queues()
    run = _run(execution)
    if execution.status == ExecutionStatus.QUEUED or any(step.child for step in steps):
        run = replace(run, circle=circle(execution))
    return explain(run, steps, listened=queues.__contains__, ahead=_ahead(steps))


def _run(execution: Execution) -> Run:
    status = execution.status
    return Run(
        status=status,
        finished_at=execution.finished_at,
        key=execution.concurrency_key,
        position=_position(execution) if status == ExecutionStatus.QUEUED else None,
        pause=_pause(execution) if status == ExecutionStatus.PAUSED else None,
    )


def _position(execution: Execution) -> int:
    line = in_line(execution.workflow_id, execution.concurrency_key).values_list("id", flat=True)
    return next((place for place, waiting in enumerate(line, start=1) if waiting == execution.pk), 1)


def _pause(execution: Execution) -> Pause | None:
    line = ExecutionEvent.objects.filter(execution=execution, type="execution.paused").order_by("-seq").first()
    if line is None:
        return None
    return Pause(by=line.payload.get("by"), at=line.at, why=line.payload.get("reason") or "")


def _moving(execution: Execution) -> list[Waiting]:
    lost = ExpressionWrapper(Q(status=StepStatus.RUNNING, lease_expires_at__lt=Now()), BooleanField())
    rows = (
        Step.objects.filter(execution=execution, status__in=MOVING)
        .annotate(lost=lost)
        .only(
            "node_id",
            "label",
            "status",
            "queue",
            "wait_reason",
            "wait_event",
            "wait_subject",
            "available_at",
            "started_at",
            "leased_by",
        )
        .order_by(F("rank_at").asc(nulls_last=True), "id")[:MAX_STEPS]
    )
    awaited = _children(execution)
    return [
        Waiting(
            step_id=step.id,
            node_id=step.node_id,
            label=step.label,
            status=step.status,
            queue=step.queue,
            reason=step.wait_reason,
            event=step.wait_event,
            subject=step.wait_subject,
            until=step.available_at,
            since=step.started_at,
            worker=step.leased_by,
            lost=step.lost,
            child=awaited.get(step.id),
        )
        for step in rows
    ]


def _children(execution: Execution) -> dict[uuid.UUID, uuid.UUID]:
    """The open runs that steps of this run wait for, by step."""
    children = Execution.objects.open().filter(parent_step__execution=execution, awaited=True)
    return {step: child for step, child in children.values_list("parent_step", "id") if step is not None}


def _ahead(steps: list[Waiting]) -> dict[str, int]:
    """How many ready steps of other runs stand before this run's first one, by queue."""
    first: dict[str, uuid.UUID] = {}
    for step in steps:
        if step.status == StepStatus.READY:
            first.setdefault(step.queue, step.step_id)
    ranks = dict(Step.objects.filter(id__in=first.values()).values_list("queue", "rank_at"))
    return {
        queue: Step.objects.filter(status=StepStatus.READY, queue=queue, rank_at__lt=rank)[:MAX_AHEAD].count()
        for queue, rank in ranks.items()
        if rank is not None
    }
