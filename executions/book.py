"""What the planner asks about a run: read from its rows under its lock, or not at all."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping

from accounts.statements import hot_cursor
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


UNREAD = 1_000_000_000
"""More edges than a join has: with this counter it stays pending, whatever arrives."""


class NeedsLock(Exception):
    """Rows of the run must be read, so it has to be locked first."""


class ClosedBook:
    """What can be planned without the run's lock: joins of `all_resolved` are not read, but added to."""

    def __init__(self, graph: CompiledGraph) -> None:
        self._graph = graph
        self._unread: set[Place] = set()

    def counters(self, places: Collection[Place]) -> Mapping[Place, Counter]:
        if any(self._graph.nodes[name].join != "all_resolved" for name, _scope in places):
            raise NeedsLock
        self._unread.update(places)
        return {place: Counter(StepStatus.PENDING, UNREAD, 0) for place in places}

    def passes(self, keys: Collection[PassKey]) -> Mapping[PassKey, PassState]:
        raise NeedsLock

    def has_fired(self, node_id: str, port: str, scope: Scope) -> bool:
        raise NeedsLock

    def joins(self, counters: Mapping[Place, Counter]) -> frozenset[Place]:
        """The joins to be added to. Raises `NeedsLock` where nothing alive arrives: such a join may be skipped."""
        if not all(counters[place].live for place in self._unread):
            raise NeedsLock
        return frozenset(self._unread)


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

    def joins(self, counters: Mapping[Place, Counter]) -> frozenset[Place]:
        """None: all have been read."""
        return frozenset()
