"""What the planner asks about a run, read from its rows under its lock."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping

from executions.cursor import hot_cursor
from executions.engine.identity import step_id
from executions.engine.planner import Counter, PassKey, PassState, Place, Scope
from executions.engine.states import StepStatus
from workflows.graph.topology import CompiledGraph

COUNTERS = "SELECT node_id, scope, status, remaining, live FROM executions_step WHERE id = ANY(%s::uuid[])"

PASSES = "SELECT header, scope, opened, fired FROM executions_looppass WHERE execution_id = %s AND header = ANY(%s)"

HAS_FIRED = """
SELECT EXISTS (
    SELECT 1 FROM executions_step
    WHERE execution_id = %s AND node_id = %s AND scope[1:%s] = %s::int[] AND %s = ANY(fired)
)
"""


class RunBook:
    """The rows of one run. Needs the run's lock for as long as what it says is used."""

    def __init__(self, execution_id: uuid.UUID, graph: CompiledGraph) -> None:
        self._execution_id = execution_id
        self._graph = graph

    def counters(self, places: Collection[Place]) -> Mapping[Place, Counter]:
        ids = [step_id(self._execution_id, name, scope) for name, scope in places]
        with hot_cursor() as cursor:
            rows = cursor.execute(COUNTERS, (ids,)).fetchall()
        return {
            (node, tuple(scope)): Counter(StepStatus(status), remaining, live)
            for node, scope, status, remaining, live in rows
        }

    def passes(self, keys: Collection[PassKey]) -> Mapping[PassKey, PassState]:
        places = {self._graph.regions[place].header: place for place, _scope in keys}
        with hot_cursor() as cursor:
            rows = cursor.execute(PASSES, (self._execution_id, list(places))).fetchall()
        found = {(places[header], tuple(scope)): PassState(opened, fired) for header, scope, opened, fired in rows}
        return {key: found[key] for key in keys}

    def has_fired(self, node_id: str, port: str, scope: Scope) -> bool:
        with hot_cursor() as cursor:
            row = cursor.execute(HAS_FIRED, (self._execution_id, node_id, len(scope), list(scope), port)).fetchone()
        return bool(row and row[0])
