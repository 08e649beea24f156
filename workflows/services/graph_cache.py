"""Compiled graphs kept in this process. Versions never change, so an entry is right for ever."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from uuid import UUID

from workflows.graph.topology import CompiledGraph


class GraphCache:
    """The graphs used last, as many as hold `max_nodes` nodes together. Safe for threads."""

    def __init__(self, max_nodes: int) -> None:
        self._max_nodes = max_nodes
        self._held_nodes = 0
        self._graphs: OrderedDict[UUID, CompiledGraph] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, version_id: UUID, build: Callable[[UUID], CompiledGraph]) -> CompiledGraph:
        """The graph of the version; built outside the lock, so that a large one holds up nobody."""
        with self._lock:
            graph = self._graphs.get(version_id)
            if graph is not None:
                self._graphs.move_to_end(version_id)
                return graph
        graph = build(version_id)
        with self._lock:
            if version_id not in self._graphs:
                self._graphs[version_id] = graph
                self._held_nodes += len(graph.nodes)
                self._forget_oldest()
        return graph

    def _forget_oldest(self) -> None:
        while self._held_nodes > self._max_nodes and len(self._graphs) > 1:
            _version_id, graph = self._graphs.popitem(last=False)
            self._held_nodes -= len(graph.nodes)
