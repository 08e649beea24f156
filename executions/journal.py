"""A run's journal: its lines, and how they are written by everything that is not the result of a step.

The sequence is taken from the execution's row under its lock, so it has no gaps and follows the order of commits.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from accounts.statements import array, hot_cursor
from executions.engine import identity
from executions.engine.events import Event
from executions.engine.planner import Place
from executions.engine.states import StepStatus
from integrations import safe_json
from workflows.graph.topology import CompiledGraph

APPEND = """
WITH execution AS (
    UPDATE executions_execution SET event_seq = event_seq + cardinality(%(types)s::text[])
    WHERE id = %(execution)s RETURNING id, event_seq - cardinality(%(types)s::text[]) AS before
)
INSERT INTO executions_executionevent (execution_id, seq, type, level, step_id, payload, at)
SELECT execution.id, execution.before + e.place, e.type, e.level, e.step_id, e.payload::jsonb, naryad_clock()
FROM execution, unnest(%(types)s::text[], %(levels)s::text[], %(steps)s::uuid[], %(payloads)s::text[])
    WITH ORDINALITY AS e(type, level, step_id, payload, place)
RETURNING seq
"""


def event(type: str, payload: Mapping[str, Any], *, level: str = "info", step_id: uuid.UUID | None = None) -> Event:
    """A journal line whose payload is written as JSON."""
    return Event(type, safe_json.dumps(payload), level, step_id)


def skips(execution_id: uuid.UUID, graph: CompiledGraph, places: Iterable[Place]) -> list[Event]:
    """A line for every step that no live edge reaches any more."""
    lines = []
    for name, scope in places:
        step_id = identity.step_id(execution_id, name, scope)
        payload = {"stepId": step_id, "nodeId": name, "label": graph.nodes[name].label, "status": StepStatus.SKIPPED}
        lines.append(event("step.skipped", payload, step_id=step_id))
    return lines


def append(execution_id: uuid.UUID, events: Sequence[Event]) -> int:
    """Add lines to the journal and return the last number. Needs the run's lock."""
    with hot_cursor() as cursor:
        rows = cursor.execute(
            APPEND,
            {
                "execution": execution_id,
                "types": array(line.type for line in events),
                "levels": array(line.level for line in events),
                "steps": array(line.step_id for line in events),
                "payloads": array(line.payload for line in events),
            },
        ).fetchall()
    return max(row[0] for row in rows)
