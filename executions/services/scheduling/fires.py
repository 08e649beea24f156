"""The lines about ticks: written once each, started, or left waiting for the end of the run before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import structlog
from django.db import connection, transaction

from accounts import failpoints
from accounts.errors import DomainError
from executions.engine import planner
from executions.engine.catching_up import FAILED, MOST, Outcome, Overlap
from executions.engine.planner import Resolution
from executions.engine.states import Origin
from executions.errors import StepMissing
from executions.models import Execution, ScheduleFire, Trigger
from executions.services.scheduling.missing import tell_of_missed
from executions.services.scheduling.orders import Order
from executions.services.scheduling.ticking import tell_of_tick
from executions.services.starting import Cause, start
from workflows import services as workflows
from workflows.errors import WorkflowNotFound

log = structlog.get_logger(__name__)

INSERT = """
INSERT INTO executions_schedulefire (trigger_id, due_at, outcome, ticks) VALUES (%s, %s, %s, %s)
ON CONFLICT (trigger_id, due_at) DO NOTHING RETURNING id
"""


def leave_out(trigger: Trigger, until: datetime, count: int) -> None:
    """Note that `count` ticks up to `until` have been missed and are not caught up."""
    if _insert(trigger, until, Outcome.SKIPPED_MISSED, count) is not None:
        tell_of_missed(trigger, until, reason="missed", ticks=count)


def deal_with(trigger: Trigger, order: Order, due_at: datetime) -> None:
    """Start the run of a tick, or do what the order says about a run that is still open. Needs the trigger's lock."""
    outcome = _outcome(trigger, order.overlap)
    fire_id = _insert(trigger, due_at, outcome, 1)
    if fire_id is not None and outcome is Outcome.STARTED:
        begin(fire_id, trigger, order, due_at)


def begin(fire_id: int, trigger: Trigger, order: Order, due_at: datetime) -> None:
    """Start the run of a tick that is noted, on the version published now; a refusal is noted in its place.

    The run begins at the schedule's node alone; that of a row made by hand begins as one started by a person does.
    """
    failpoints.reach("schedule.after_fire")
    due_here = due_at.astimezone(order.zone).isoformat()
    try:
        with transaction.atomic():
            execution = _start(trigger, {"scheduledAt": due_here, **order.input_data})
    except DomainError as error:
        log.warning("scheduled run refused", trigger_id=str(trigger.id), due_at=due_here, code=error.code)
        ScheduleFire.objects.filter(id=fire_id).update(outcome=f"{FAILED}{error.code}"[:60])
        tell_of_missed(trigger, due_at, reason=error.code)
    else:
        ScheduleFire.objects.filter(id=fire_id).update(outcome=Outcome.STARTED, execution=execution)
        tell_of_tick(trigger, order.schedule, due_at.astimezone(order.zone), execution)


def has_open_run(trigger: Trigger) -> bool:
    """Whether a run that this schedule has started has not ended."""
    runs = Execution.objects.open().filter(finished_at=None, origin=Origin.SCHEDULE)
    return ScheduleFire.objects.filter(trigger=trigger, execution__in=runs).exists()


def _outcome(trigger: Trigger, overlap: Overlap) -> Outcome:
    if overlap is Overlap.ALLOW:
        return Outcome.STARTED
    if overlap is Overlap.SKIP:
        return Outcome.SKIPPED_OVERLAP if has_open_run(trigger) else Outcome.STARTED
    waiting = ScheduleFire.objects.filter(trigger=trigger, outcome=Outcome.QUEUED).count()
    if waiting >= MOST:
        return Outcome.SKIPPED_OVERLAP
    return Outcome.QUEUED if waiting or has_open_run(trigger) else Outcome.STARTED


def _insert(trigger: Trigger, due_at: datetime, outcome: Outcome, count: int) -> int | None:
    """The line's id, None when there is one about this tick already: then somebody has dealt with it."""
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [trigger.id, due_at, outcome, count])
        inserted = cursor.fetchone()
    return None if inserted is None else int(inserted[0])


def _start(trigger: Trigger, input_data: Mapping[str, Any]) -> Execution:
    if trigger.workflow_id is None:
        raise WorkflowNotFound
    target = workflows.start_target(trigger.workflow_id)
    first = _first_steps(target, trigger.node_id) if trigger.node_id else None
    cause = Cause(origin=Origin.SCHEDULE)
    return start(target=target, user=None, input_data=dict(input_data), cause=cause, first=first)[0]


def _first_steps(target: workflows.StartTarget, node_id: str) -> Resolution:
    graph = workflows.compiled(target.version_id)
    if node_id not in graph.roots:
        raise StepMissing(nodeIds=[node_id])
    return planner.initial_at(graph, node_id)
