"""Rows of steps and passes as they come into being: at the start of a run, of a pass, and after a retry."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping

from executions.cursor import hot_cursor
from executions.engine.identity import step_id
from executions.engine.placement import queue_of
from executions.engine.planner import Counter, PassKey, PassState, Place, Scope
from executions.engine.states import StepStatus
from workflows.graph.topology import CompiledGraph

STEPS = """
INSERT INTO executions_step (
    id, execution_id, node_id, node_type, label, position, scope, queue, priority, timeout_seconds, status,
    remaining, live, epoch, attempt, tries, rescues, fence, cancel_requested, handled, wake, rank_at, rung_at,
    finished_at)
SELECT n.id, %(execution)s::uuid, n.node_id, n.type, n.label, n.position, n.scope::int[], n.queue, run.priority,
    n.timeout, n.status, n.remaining, n.live, run.epoch, 0, 0, 0, 0, false, false, n.wake::jsonb,
    CASE WHEN n.status IN ('ready', 'held')
        THEN naryad_now() - make_interval(secs => run.priority * 30 - n.place * 0.02) END,
    CASE WHEN n.status = 'ready' THEN naryad_now() END,
    CASE WHEN n.status = 'skipped' THEN naryad_clock() END
FROM executions_execution run, unnest(%(ids)s::uuid[], %(nodes)s::text[], %(types)s::text[], %(labels)s::text[],
    %(positions)s::int[], %(scopes)s::text[], %(queues)s::text[], %(timeouts)s::float8[], %(statuses)s::text[],
    %(remaining)s::int[], %(live)s::int[], %(wakes)s::text[]) WITH ORDINALITY
    AS n(id, node_id, type, label, position, scope, queue, timeout, status, remaining, live, wake, place)
WHERE run.id = %(execution)s::uuid
"""

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
    nodes = [graph.nodes[name] for name, _scope in counters]
    with hot_cursor() as cursor:
        cursor.execute(
            AGAIN if again else STEPS,
            {
                "execution": execution_id,
                "ids": [step_id(execution_id, name, scope) for name, scope in counters],
                "nodes": [node.id for node in nodes],
                "types": [node.type for node in nodes],
                "labels": [node.label for node in nodes],
                "positions": [node.position for node in nodes],
                "scopes": [_array(scope) for _name, scope in counters],
                "queues": [queue_of(node) for node in nodes],
                "timeouts": [node.timeout_seconds for node in nodes],
                "statuses": [gated(counter.status, held=held) for counter in counters.values()],
                "remaining": [counter.remaining for counter in counters.values()],
                "live": [counter.live for counter in counters.values()],
                "wakes": [OVER_LIMIT if place in over_limit else None for place in counters],
            },
        )


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
                    "headers": [graph.regions[region].header for region, _scope in passes],
                    "scopes": [_array(scope) for _region, scope in passes],
                    "opened": [state.opened for state in passes.values()],
                    "fired": [state.fired for state in passes.values()],
                },
            )


def _array(scope: Scope) -> str:
    return "{" + ",".join(map(str, scope)) + "}"
