"""PURE: the part of a definition that one test runs: a node alone, or with everything that leads to it.

Nodes whose items are given do not run. What lies behind the tested node, or beside the way to it, is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Ports = Mapping[str, Sequence[Any]]
"""Items by output."""

BY_HAND: Final = ("trigger-manual", "trigger-form")
"""Of several triggers before a node a test begins at one of these, else at the first."""
OF_THE_WHOLE: Final = frozenset({"n8n", "origin"})
"""What an import keeps of the document that it read: links of all its nodes, of which a part has only some."""
NOT_TESTED: Final = frozenset({"concurrency", "errorWorkflow"})
"""Settings of a workflow that are for its ordinary runs: a test waits for nobody and alarms nobody."""


@dataclass(frozen=True)
class Cut:
    """`definition` is what is run, `pins` what is given in it; `runs` are the nodes that really run."""

    definition: dict[str, Any]
    pins: dict[str, Ports]
    runs: frozenset[str]


class NothingBefore(ValueError):
    """No items are known for any of the nodes right before the tested one: `nodes` are their ids."""

    def __init__(self, nodes: Sequence[str]) -> None:
        self.nodes = nodes
        super().__init__(", ".join(nodes))


def cut_out(
    raw: Mapping[str, Any], target: str, given: Mapping[str, Ports], *, starts: Callable[[str], bool], alone: bool
) -> Cut:
    """What has to run to test `target`, which is a node of the definition; `starts` tells triggers by their type.

    Raises `NothingBefore` where it is tested alone, and nothing is given that could come in.
    """
    graph = _Edges(raw)
    behind = graph.before({target})
    pins = {name: ports for name, ports in given.items() if name in behind and name != target}
    runs = {target} if alone else graph.before({target}, stop=pins) - pins.keys() | {target}
    if not alone:
        runs = _reached(raw, graph, runs, pins, starts)
    cut = _cut(raw, graph, runs, pins)
    direct = graph.sources(target)
    if direct and not any(edge["target"] == target for edge in cut.definition["edges"]):
        raise NothingBefore(direct)
    return cut


def cut_whole(raw: Mapping[str, Any], given: Mapping[str, Ports], held: Collection[str]) -> Cut:
    """All that can run on what is given; the nodes `held` do not run, nor does what only they lead to."""
    graph = _Edges(raw)
    free = {node["id"] for node in raw["nodes"]} - given.keys() - set(held)
    begins = given.keys() | {name for name in free if not graph.sources(name)}
    runs = free & graph.after(begins, within=free | given.keys())
    return _cut(raw, graph, runs, dict(given))


def _cut(raw: Mapping[str, Any], graph: _Edges, runs: Collection[str], pins: dict[str, Ports]) -> Cut:
    kept = {*runs, *pins}
    edges = [edge for edge in graph.edges if edge["source"] in kept and _enters(edge, runs, pins)]
    settings = {name: value for name, value in (raw.get("settings") or {}).items() if name not in NOT_TESTED}
    definition = {
        **{name: value for name, value in raw.items() if name not in OF_THE_WHOLE},
        "nodes": [node for node in raw["nodes"] if node["id"] in kept],
        "edges": edges,
        "settings": settings,
    }
    return Cut(definition, pins, frozenset(runs))


def nodes_before(raw: Mapping[str, Any], target: str) -> set[str]:
    """All nodes from which items can come to `target`."""
    return _Edges(raw).before({target}) - {target}


def _enters(edge: Mapping[str, Any], runs: Collection[str], pins: Collection[str]) -> bool:
    """Edges between given nodes stay: they tell which item came from which."""
    return edge["target"] in runs or (edge["target"] in pins and edge["source"] in pins)


def _reached(
    raw: Mapping[str, Any],
    graph: _Edges,
    runs: set[str],
    pins: Mapping[str, Ports],
    starts: Callable[[str], bool],
) -> set[str]:
    """Those of `runs` that still get items when the test begins at one trigger."""
    types = {node["id"]: node["type"] for node in raw["nodes"]}
    triggers = [name for name in types if name in runs and starts(types[name])]
    is_given = any(starts(types[name]) for name in pins)
    first = sorted(triggers, key=lambda name: types[name] not in BY_HAND)[:1]
    begins = pins.keys() | ([] if is_given else first)
    begins |= {name for name in runs if name not in triggers and not graph.sources(name)}
    return runs & graph.after(begins, within=runs | pins.keys())


class _Edges:
    """The edges of a definition whose ends are there, forwards and backwards."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        names = {node["id"] for node in raw["nodes"]}
        self.edges = [edge for edge in raw.get("edges") or () if {edge["source"], edge["target"]} <= names]

    def sources(self, name: str) -> list[str]:
        return list(dict.fromkeys(edge["source"] for edge in self.edges if edge["target"] == name))

    def before(self, names: Collection[str], *, stop: Collection[str] = ()) -> set[str]:
        """The names and all from which they can be reached; nothing is looked for before those of `stop`."""
        return _walk(names, lambda name: () if name in stop else self.sources(name))

    def after(self, names: Collection[str], *, within: Collection[str]) -> set[str]:
        return _walk(names, lambda name: (one for one in self._targets(name) if one in within))

    def _targets(self, name: str) -> Iterator[str]:
        return (edge["target"] for edge in self.edges if edge["source"] == name)


def _walk(names: Collection[str], neighbours: Callable[[str], Any]) -> set[str]:
    found = set(names)
    waiting = list(names)
    while waiting:
        for name in neighbours(waiting.pop()):
            if name not in found:
                found.add(name)
                waiting.append(name)
    return found
