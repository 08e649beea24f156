"""What expressions see of earlier steps: the items of a step by its name, and where each item of ours came from.

Where an item came from is followed from step to step: by the `sources` that a step has left, or one to one where its
output is as long as its input. It ends at steps that make new items of many, and where a loop goes round.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from accounts.statements import hot_cursor
from executions.claims import Claimed
from executions.engine.identity import step_id
from executions.engine.naming import named
from executions.engine.planner import Scope
from executions.engine.resetting import ancestors
from executions.payloads import decode, pass_port, read_every_pass, read_outputs, sources_of
from workflows.graph.loops import LOOP_PORT
from workflows.graph.topology import CompiledGraph, CompiledNode

Place = tuple[str, Scope, str]
"""The output of a node: its id, its scope, the port."""

MAX_DEPTH: Final = 200
"""Steps that lie between, further than which nobody follows an item."""

SHAPES: Final = """
SELECT step_id, port, jsonb_array_length(items), sources::text FROM executions_stepdata WHERE step_id = ANY(%s::uuid[])
"""


@dataclass(frozen=True)
class EarlierItems:
    """The items of an earlier step; `pairs` has for each item of ours the index of its origin, None where unknown."""

    items: Sequence[Any]
    pairs: Sequence[int | None]


def read_earlier(
    claimed: Claimed, graph: CompiledGraph, node: CompiledNode, names: Collection[str], count: int
) -> dict[str, EarlierItems]:
    """The outputs of the steps of these names that lie before `node` and have run; `count` is how many items it has.

    A name is the label of a node, or else its id. One that is not before the step, or has not run, is left out.
    """
    before = ancestors(graph, [node.id])
    found: dict[str, EarlierItems] = {}
    for name in names:
        other = named(name, graph, before)
        if other is None:
            continue
        trail = _Trail(claimed, graph, node, other)
        read = _read(claimed.execution_id, graph, other, trail.scope, trail.port)
        if read is not None:
            port, items = read
            pairs = trail.pairs(count) if port == trail.port else [None] * count
            found[name] = EarlierItems(items, pairs)
    return found


def _loops(graph: CompiledGraph, node: CompiledNode) -> list[int]:
    """The loops around a node, from the outermost."""
    around: list[int] = []
    place = node.region
    while place is not None:
        around.insert(0, place)
        place = graph.regions[place].parent
    return around


def _read(
    execution_id: uuid.UUID, graph: CompiledGraph, other: CompiledNode, scope: Scope, port: str | None
) -> tuple[str, list[Any]] | None:
    """The port that is meant and its items: the one that leads here, else the first that fired."""
    if len(_loops(graph, other)) > len(scope):  # in a loop that is over: all its passes together
        name = port or other.first_output
        items = read_every_pass(execution_id, other.id, name, scope)
        return (name, items) if items else None
    rows = {name: text for (_step, name), text in read_outputs([step_id(execution_id, other.id, scope)]).items()}
    fired = [name for name in (port, other.first_output, *sorted(rows)) if name in rows]
    return (fired[0], decode(rows[fired[0]])) if fired and fired[0] is not None else None


class _Trail:
    """The way from the items of a step back to those of an earlier one: where it is, and which items they were.

    `scope` is the pass of the earlier step that ours belongs to, `port` the output that the way comes from (None when
    there is no way that can be followed).
    """

    def __init__(self, claimed: Claimed, graph: CompiledGraph, node: CompiledNode, other: CompiledNode) -> None:
        self._execution = claimed.execution_id
        self._graph = graph
        self._node = node
        self._own_scope: Scope = tuple(claimed.scope)
        self._is_edited = claimed.edited_input is not None
        here, there = _loops(graph, node), _loops(graph, other)
        common = sum(1 for one, two in zip(here, there, strict=False) if one == two)
        self.scope: Scope = self._own_scope[: min(common, len(there))]
        self._goal = other.id
        self._ways = self._found_ways()
        self._shapes: dict[uuid.UUID, dict[str, tuple[int, str | None]]] = {}
        self.port = self._ways[-1][2] if self._ways else None

    def _found_ways(self) -> list[Place]:
        """The outputs that the items have passed, from ours back to the goal; empty when none can be followed."""
        rest: list[list[Place]] = [[place] for place in self._sources(self._node, self._own_scope)]
        seen: set[Place] = set()
        while rest:
            way = rest.pop(0)
            name, scope, _port = way[-1]
            if name == self._goal and scope == self.scope:
                return way
            if way[-1] not in seen and len(way) < MAX_DEPTH:
                seen.add(way[-1])
                rest.extend([*way, place] for place in self._sources(self._graph.nodes[name], scope))
        return []

    def _sources(self, node: CompiledNode, scope: Scope) -> list[Place]:
        return [
            (edge.source, at, port)
            for edge, at, port in sources_of(node, scope)
            if port is not None and edge.role in ("plain", "loop")
        ]

    def pairs(self, count: int) -> list[int | None]:
        """For each of our items the index of the one that it came from."""
        if not self._ways or self._is_edited:
            return [None] * count
        self._read_shapes()
        pairs: list[int | None] = list(range(count))
        node, scope, port = self._node, self._own_scope, self._node.inputs[0] if self._node.inputs else ""
        for place in self._ways:
            entered = self._entered(node, scope, port, place)
            pairs = [None if index is None else entered.get((port, index)) for index in pairs]
            if place == self._ways[-1]:
                break
            back = self._passed(place)
            chosen = self._graph.nodes[place[0]]
            node, scope = chosen, place[1]
            port = chosen.inputs[0] if chosen.inputs else ""
            pairs = [None if index is None else back(index) for index in pairs]
        return pairs

    def _read_shapes(self) -> None:
        """How many items every output on the way and beside it has, and the `sources` that it has left."""
        nodes = {self._node.id: self._own_scope, **{name: scope for name, scope, _port in self._ways}}
        places = {place for name, scope in nodes.items() for place in self._sources(self._graph.nodes[name], scope)}
        ids = list({step_id(self._execution, name, scope) for name, scope, _port in places})
        with hot_cursor() as cursor:
            rows = cursor.execute(SHAPES, (ids,)).fetchall()
        for step, port, length, sources in rows:
            self._shapes.setdefault(step, {})[port] = (length, sources)

    def _shape(self, place: Place) -> tuple[int, str | None]:
        return self._shapes.get(step_id(self._execution, place[0], place[1]), {}).get(place[2], (0, None))

    def _entered(self, node: CompiledNode, scope: Scope, port: str, wanted: Place) -> Mapping[tuple[str, int], int]:
        """For the items at an input port: their index in the output `wanted`, if they came by it."""
        found: dict[tuple[str, int], int] = {}
        offset = 0
        for edge, at, source_port in sources_of(node, scope):
            if edge.target_handle != port or source_port is None:
                continue
            place = (edge.source, at, source_port)
            length = self._shape(place)[0]
            if place == wanted:
                found.update({(port, offset + index): index for index in range(length)})
            offset += length
        return found

    def _passed(self, place: Place) -> Any:
        """From an index in an output to the one in the first input of its step; None where that is not known."""
        name, scope, port = place
        node = self._graph.nodes[name]
        length, written = self._shape(place)
        if written is not None:
            sources = decode(written)
            first = node.inputs[0] if node.inputs else ""
            return lambda index: sources[index][1] if index < len(sources) and sources[index][0] == first else None
        if port.startswith(f"{LOOP_PORT}[") and node.body is not None:
            number = int(port[len(LOOP_PORT) + 1 : -1])
            before = sum(self._shape((name, scope, pass_port(earlier)))[0] for earlier in range(number))
            return lambda index: before + index
        taken = sum(
            self._shape((edge.source, at, source_port))[0]
            for edge, at, source_port in sources_of(node, scope)
            if source_port is not None and node.inputs and edge.target_handle == node.inputs[0]
        )
        is_even = node.body is None and taken == length
        return lambda index: index if is_even else None
