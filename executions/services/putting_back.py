"""Putting steps of a run back, so that they run again: the rows behind every kind of retry."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from accounts.clock import Clock
from accounts.statements import hot_cursor
from executions import failures, journal, layout
from executions.engine import identity, placement
from executions.engine.events import Event
from executions.engine.repeating import Past, past_of
from executions.engine.resetting import Reset
from executions.engine.states import FINISHED_STEP, ExecutionStatus, StepStatus
from executions.models import Execution, LoopPass, Step
from executions.services import admission
from executions.services.admission import Entry
from executions.services.aftermath import ring_for, tell
from executions.services.control import leave_children
from workflows.graph.topology import CompiledGraph


def read_past(execution_id: uuid.UUID) -> Past:
    """What the run has left."""
    rows = Step.objects.filter(execution_id=execution_id).exclude(status=StepStatus.DROPPED)
    return past_of(rows.values_list("node_id", "status", "fired", "handled"))


def put_back(execution: Execution, graph: CompiledGraph, reset: Reset, line: Event) -> None:
    """Write the reset, `line` and a line for every skipped step, and ring. Needs the run's lock.

    A paused run stays paused; a run that has ended needs a place under its workflow's concurrency limit and may have
    to wait for it. In both what would be ready is held. Runs for which a step waits that goes back are stopped soon.
    Raises `ConcurrencyLimit`.
    """
    status = _gate(execution, graph)
    leave_children(execution.pk, _awaited(execution.pk, reset.nodes))
    _write(execution, graph, reset, status)
    lines = [line, *journal.skips(execution.pk, graph, reset.skipped)]
    if status is ExecutionStatus.QUEUED:
        lines.append(journal.event("execution.queued", {"status": status}))
    tell(execution.pk, journal.append(execution.pk, lines))
    if status is ExecutionStatus.RUNNING:
        ring_for(graph, (name for name, _scope in reset.ready))


def _gate(execution: Execution, graph: CompiledGraph) -> ExecutionStatus:
    """The state in which the run goes on."""
    if execution.status == ExecutionStatus.PAUSED:
        return ExecutionStatus.PAUSED
    entry = admission.enter_again(execution, graph.settings.concurrency)
    return ExecutionStatus.QUEUED if entry is Entry.QUEUED else ExecutionStatus.RUNNING


AWAITED = """
SELECT child FROM executions_step s, jsonb_array_elements_text(s.wake -> 'children') AS child
WHERE s.execution_id = %s AND s.node_id = ANY(%s)
"""


def _awaited(execution_id: uuid.UUID, nodes: Collection[str]) -> list[str]:
    """The runs that steps of these nodes wait for. The steps will start others, beside which these would go on."""
    with hot_cursor() as cursor:
        return [row[0] for row in cursor.execute(AWAITED, (execution_id, list(nodes))).fetchall()]


# In a paused run a step after the retried one may be running: its worker loses it, and its try ends here.
RESET = """
WITH v AS (
    SELECT * FROM unnest(%(ids)s::uuid[], %(statuses)s::text[], %(queues)s::text[], %(remaining)s::int[],
        %(live)s::int[]) WITH ORDINALITY AS v(id, status, queue, remaining, live, place)
), attempt AS (
    INSERT INTO executions_attempt (step_id, fence, epoch, number, worker, outcome, started_at, ended_at)
    SELECT s.id, s.fence, s.epoch, s.attempt, s.leased_by, 'cancelled', s.started_at, naryad_clock()
    FROM executions_step s JOIN v ON v.id = s.id WHERE s.status = 'running'
), step AS (
    UPDATE executions_step s
    SET status = v.status, queue = v.queue, remaining = v.remaining, live = v.live, fired = NULL, epoch = %(epoch)s,
        attempt = 0, tries = 0, rescues = 0, leased_by = NULL, lease_expires_at = NULL, available_at = NULL,
        started_at = NULL, finished_at = CASE WHEN v.status = 'skipped' THEN naryad_clock() END, error = NULL,
        handled = false, progress = NULL, wake = NULL, wait_reason = NULL, wait_event = NULL, wait_subject = NULL,
        cancel_requested = false,
        rank_at = naryad_now() - make_interval(secs => s.priority * 30 - v.place * 0.02),
        rung_at = CASE WHEN v.status = 'ready' THEN naryad_now() END
    FROM v
    WHERE s.id = v.id
    RETURNING s.id
)
DELETE FROM executions_stepdata USING step WHERE executions_stepdata.step_id = step.id
"""

# As in RESET, what runs in a paused run is taken from its worker.
DROP = """
WITH former AS (
    SELECT * FROM executions_step
    WHERE execution_id = %(execution)s AND node_id = ANY(%(nodes)s) AND status <> 'dropped'
), attempt AS (
    INSERT INTO executions_attempt (step_id, fence, epoch, number, worker, outcome, started_at, ended_at)
    SELECT id, fence, epoch, attempt, leased_by, 'cancelled', started_at, naryad_clock()
    FROM former WHERE status = 'running'
), step AS (
    UPDATE executions_step s
    SET status = 'dropped', fired = NULL, handled = false, progress = NULL, wake = NULL, leased_by = NULL,
        lease_expires_at = NULL, available_at = NULL, wait_reason = NULL, wait_event = NULL, wait_subject = NULL,
        finished_at = coalesce(s.finished_at, naryad_clock())
    FROM former WHERE s.id = former.id
    RETURNING s.id
)
DELETE FROM executions_stepdata USING step WHERE executions_stepdata.step_id = step.id
"""


def _write(execution: Execution, graph: CompiledGraph, reset: Reset, status: ExecutionStatus) -> None:
    held = status is not ExecutionStatus.RUNNING
    epoch = execution.epoch + 1
    kept = {place: counter for place, counter in reset.counters.items() if place[0] not in reset.looped}
    with hot_cursor() as cursor:
        cursor.execute(
            RESET,
            {
                "epoch": epoch,
                "ids": [identity.step_id(execution.id, *place) for place in kept],
                "statuses": [layout.gated(counter.status, held=held) for counter in kept.values()],
                "queues": [placement.queue_of(graph.nodes[name]) for name, _scope in kept],
                "remaining": [counter.remaining for counter in kept.values()],
                "live": [counter.live for counter in kept.values()],
            },
        )
    Execution.objects.filter(id=execution.id).update(epoch=epoch)
    _begin_loops_again(execution, graph, reset, held=held)
    opened = Step.objects.filter(execution_id=execution.id).exclude(status__in=FINISHED_STEP).count()
    seconds = graph.settings.deadline_seconds
    if status is ExecutionStatus.QUEUED:  # it is set when the run is let in
        execution.deadline_at = None
    elif status is ExecutionStatus.RUNNING and seconds is not None:
        execution.deadline_at = Clock() + timedelta(seconds=seconds)
    Execution.objects.filter(id=execution.id).update(
        status=status,
        aftercare=True,
        open_steps=opened,
        finished_at=None,
        deadline_at=execution.deadline_at,
        error=_what_stays(execution.id),
    )


def _begin_loops_again(execution: Execution, graph: CompiledGraph, reset: Reset, *, held: bool) -> None:
    """Take back the passes of the loops that go back, and lay out the first pass of guarded ones.

    The steps of the old passes stay as rows: their attempts are the run's history. A pass of the same number takes its
    rows over, so that fences go on growing and a worker of the old pass cannot write into the new one.
    """
    if not reset.looped:
        return
    headers = [region.header for region in graph.regions if {region.header, *region.members} & reset.nodes]
    with hot_cursor() as cursor:
        cursor.execute(DROP, {"execution": execution.id, "nodes": list(reset.looped)})
    LoopPass.objects.filter(execution_id=execution.id, header__in=headers).delete()
    new = {place: counter for place, counter in reset.counters.items() if place[0] in reset.looped}
    layout.insert_steps(execution.id, graph, new, held=held, again=True)
    layout.write_passes(execution.id, graph, reset.passes)


def _what_stays(execution_id: uuid.UUID) -> dict[str, Any] | None:
    """Why the run can only end as failed: the failure of a step that this retry leaves as it is, or cancelled steps."""
    step = Step.objects.filter(execution_id=execution_id, status=StepStatus.FAILED, handled=False).first()
    if step is None:
        cancelled = Step.objects.filter(execution_id=execution_id, status=StepStatus.CANCELLED).count()
        return failures.steps_left_out(cancelled).as_json() if cancelled else None
    return {**step.error, "details": {**step.error["details"], "stepId": step.id, "nodeId": step.node_id}}
