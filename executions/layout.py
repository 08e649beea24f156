"""Rows of runs, steps and passes as they come into being: at the start of a run, of a pass, and after a retry."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS

from accounts.models import User
from accounts.statements import HotStatement, array, hot_cursor
from executions.engine.events import Event
from executions.engine.identity import step_id
from executions.engine.placement import queue_of
from executions.engine.planner import Counter, PassKey, PassState, Place
from executions.engine.states import ExecutionStatus, Origin, StepStatus
from executions.models import Execution
from integrations import safe_json
from workflows.errors import NotPublished
from workflows.graph.topology import CompiledGraph
from workflows.services import HOLD_TO_START, hold_startable

_STEPS = """INSERT INTO executions_step (
    id, execution_id, node_id, node_type, label, position, scope, queue, priority, timeout_seconds, status,
    remaining, live, epoch, attempt, tries, rescues, fence, cancel_requested, handled, wake, rank_at, rung_at,
    finished_at)
SELECT n.id, run.id, n.node_id, n.type, n.label, n.position, n.scope::int[], n.queue, run.priority,
    n.timeout, n.status, n.remaining, n.live, run.epoch, 0, 0, 0, 0, false, false, n.wake::jsonb,
    CASE WHEN n.status IN ('ready', 'held')
        THEN naryad_now() - make_interval(secs => run.priority * 30 - n.place * 0.02) END,
    CASE WHEN n.status = 'ready' THEN naryad_now() END,
    CASE WHEN n.status = 'skipped' THEN naryad_clock() END
FROM {} run, unnest(%(ids)s::uuid[], %(nodes)s::text[], %(types)s::text[], %(labels)s::text[],
    %(positions)s::int[], %(scopes)s::text[], %(queues)s::text[], %(timeouts)s::float8[], %(statuses)s::text[],
    %(remaining)s::int[], %(live)s::int[], %(wakes)s::text[]) WITH ORDINALITY
    AS n(id, node_id, type, label, position, scope, queue, timeout, status, remaining, live, wake, place)
WHERE run.id = %(execution)s::uuid"""

STEPS = _STEPS.format("executions_execution")

# A retry has taken back a pass of this number (`services.putting_back`); the fence goes on from where it is.
AGAIN = f"""{STEPS}
ON CONFLICT (id) DO UPDATE SET
    queue = excluded.queue, status = excluded.status, remaining = excluded.remaining, live = excluded.live,
    epoch = excluded.epoch, attempt = 0, tries = 0, rescues = 0, cancel_requested = false, error = NULL,
    wake = excluded.wake, rank_at = excluded.rank_at, rung_at = excluded.rung_at, started_at = NULL,
    finished_at = excluded.finished_at
WHERE executions_step.status = 'dropped'
"""

OVER_LIMIT = '{"by": "limit"}'


@dataclass(frozen=True)
class NewRun:
    """The columns of a run as it is going to be written."""

    id: uuid.UUID
    project_id: int
    workflow_id: uuid.UUID
    version_id: uuid.UUID
    started_by: User | None
    status: ExecutionStatus
    priority: int
    input_data: Any
    origin: Origin
    retry_of_id: uuid.UUID | None
    parent_step_id: uuid.UUID | None
    awaited: bool
    depth: int
    concurrency_key: str
    aftercare: bool
    error: Mapping[str, Any] | None
    open_steps: int


class Added(NamedTuple):
    """Those that the database adds."""

    event_seq: int
    epoch: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    deadline_at: datetime | None


RUN = HotStatement(
    f"""
WITH held AS MATERIALIZED (
    {HOLD_TO_START}
), run AS (
    INSERT INTO executions_execution (
        id, project_id, workflow_id, version_id, started_by_id, status, priority, input_data, error, open_steps,
        event_seq, epoch, origin, retry_of_id, parent_step_id, awaited, depth, concurrency_key, aftercare,
        started_at, finished_at, deadline_at)
    SELECT %(execution)s::uuid, %(project)s::bigint, held.id, %(version)s::uuid, %(started_by)s::bigint,
        %(status)s::text, %(priority)s::int, %(input_data)s::jsonb, %(error)s::jsonb, %(open_steps)s::int,
        1, 1, %(origin)s::text, %(retry_of)s::uuid, %(parent_step)s::uuid, %(awaited)s::bool, %(depth)s::int,
        %(concurrency_key)s::text, %(aftercare)s::bool,
        CASE WHEN %(status)s::text = 'running' THEN naryad_clock() END,
        CASE WHEN %(status)s::text = 'stopped' THEN naryad_clock() END,
        CASE WHEN %(status)s::text = 'running' THEN naryad_clock() + make_interval(secs => %(deadline)s::float8) END
    FROM held
    RETURNING *
), step AS (
    {_STEPS.format("run")}
), line AS (
    INSERT INTO executions_executionevent (execution_id, seq, type, level, step_id, payload, at)
    SELECT id, event_seq, %(type)s::text, %(level)s::text, NULL, %(payload)s::jsonb, naryad_clock() FROM run
)
SELECT {", ".join(Added._fields)} FROM run
"""  # noqa: S608 - built from constants
)


def write_run(
    run: NewRun,
    graph: CompiledGraph,
    counters: Mapping[Place, Counter],
    *,
    deadline_seconds: float | None,
    line: Event,
) -> Added:
    """Write a new run, its steps and the first line of its journal; returns the columns that this adds.

    Ready steps are held unless it is running, and its deadline counts from then on. One statement, which also keeps
    the workflow from being deleted; raises `WorkflowNotFound` when it has been.
    """
    row = RUN.row(
        {
            "workflow": run.workflow_id,
            "unpublished": run.origin == Origin.TEST,
            "project": run.project_id,
            "version": run.version_id,
            "started_by": None if run.started_by is None else run.started_by.pk,
            "status": run.status,
            "priority": run.priority,
            "input_data": safe_json.dumps(run.input_data),
            "error": None if run.error is None else safe_json.dumps(run.error),
            "open_steps": run.open_steps,
            "origin": run.origin,
            "retry_of": run.retry_of_id,
            "parent_step": run.parent_step_id,
            "awaited": run.awaited,
            "depth": run.depth,
            "concurrency_key": run.concurrency_key,
            "aftercare": run.aftercare,
            "deadline": deadline_seconds,
            "type": line.type,
            "level": line.level,
            "payload": line.payload,
            **_columns(run.id, graph, counters, held=run.status != ExecutionStatus.RUNNING),
        }
    )
    if row is None:
        hold_startable(run.workflow_id)
        raise NotPublished
    return Added._make(row)


def written(run: NewRun, added: Added) -> Execution:
    """The run, as it stands in the database."""
    execution = Execution(**vars(run), **added._asdict())
    execution._state.adding, execution._state.db = False, DEFAULT_DB_ALIAS
    return execution


def insert_steps(
    execution_id: uuid.UUID,
    graph: CompiledGraph,
    counters: Mapping[Place, Counter],
    *,
    held: bool = False,
    over_limit: Collection[Place] = (),
    again: bool = False,
) -> None:
    """Write new steps of a run; those that are ready are `held` where the run may not start any. Needs its lock.

    `again` where there may be steps of a former pass of the same number, which become the new ones.
    """
    with hot_cursor() as cursor:
        columns = _columns(execution_id, graph, counters, held=held, over_limit=over_limit)
        cursor.execute(AGAIN if again else STEPS, columns)


def _columns(
    execution_id: uuid.UUID,
    graph: CompiledGraph,
    counters: Mapping[Place, Counter],
    *,
    held: bool,
    over_limit: Collection[Place] = (),
) -> dict[str, Any]:
    """What the statements about steps are told: the run, and an array for each column."""
    nodes = [graph.nodes[name] for name, _scope in counters]
    return {
        "execution": execution_id,
        "ids": array(step_id(execution_id, name, scope) for name, scope in counters),
        "nodes": array(node.id for node in nodes),
        "types": array(node.type for node in nodes),
        "labels": array(node.label for node in nodes),
        "positions": array(node.position for node in nodes),
        "scopes": array(array(scope) for _name, scope in counters),
        "queues": array(queue_of(node) for node in nodes),
        "timeouts": array(node.timeout_seconds for node in nodes),
        "statuses": array(gated(counter.status, held=held) for counter in counters.values()),
        "remaining": array(counter.remaining for counter in counters.values()),
        "live": array(counter.live for counter in counters.values()),
        "wakes": array(OVER_LIMIT if place in over_limit else None for place in counters),
    }


def gated(status: StepStatus, *, held: bool) -> StepStatus:
    """A step's state where nothing may start."""
    return StepStatus.HELD if held and status is StepStatus.READY else status


PASSES = """
INSERT INTO executions_looppass (execution_id, header, scope, opened, fired)
SELECT %(execution)s, p.header, p.scope::int[], p.opened, p.fired
FROM unnest(%(headers)s::text[], %(scopes)s::text[], %(opened)s::int[], %(fired)s::bool[])
    AS p(header, scope, opened, fired)
ON CONFLICT (execution_id, header, scope) DO UPDATE SET opened = excluded.opened, fired = excluded.fired
"""


def write_passes(execution_id: uuid.UUID, graph: CompiledGraph, passes: Mapping[PassKey, PassState]) -> None:
    """Write new and changed passes. Needs the run's lock."""
    if passes:
        with hot_cursor() as cursor:
            cursor.execute(
                PASSES,
                {
                    "execution": execution_id,
                    "headers": array(graph.regions[region].header for region, _scope in passes),
                    "scopes": array(array(scope) for _region, scope in passes),
                    "opened": array(state.opened for state in passes.values()),
                    "fired": array(state.fired for state in passes.values()),
                },
            )
