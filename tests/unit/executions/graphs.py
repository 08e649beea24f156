"""Small compiled graphs for tests, drawn as edges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from workflows import catalogue
from workflows.graph.definition import parse
from workflows.graph.settings import GraphSettings, RetryPolicy
from workflows.graph.topology import CompiledGraph, CompiledNode, InEdge, OutEdge, compile_graph

Edge = tuple[str, str] | tuple[str, str, str]


def graph(edges: Iterable[Edge], *, nodes: Iterable[str] = (), **settings: Mapping[str, Any]) -> CompiledGraph:
    """A graph from `(source, target[, port])`; `settings` gives fields of nodes by name, e.g. `b={"join": "any"}`."""
    drawn = [(edge[0], edge[1], edge[2] if len(edge) == 3 else "out") for edge in edges]
    names = list(dict.fromkeys([*nodes, *(name for edge in drawn for name in edge[:2])]))
    compiled = {
        name: node(
            name,
            outs=tuple(OutEdge(target, port, "in") for source, target, port in drawn if source == name),
            ins=tuple(InEdge(source, port, "in") for source, target, port in drawn if target == name),
            **settings.get(name, {}),
        )
        for name in names
    }
    roots = tuple(name for name in names if not compiled[name].ins)
    return CompiledGraph(nodes=compiled, roots=roots, settings=GraphSettings())


def node(name: str, **fields: Any) -> CompiledNode:
    """One compiled node with the defaults of `noop`."""
    defaults: dict[str, Any] = {
        "type": "noop",
        "label": name,
        "config": {},
        "weight": "inline",
        "join": "all_resolved",
        "retry": RetryPolicy(),
        "timeout_seconds": 60.0,
        "on_error": "fail",
        "repeatable": True,
        "stores": None,
        "on_worker_lost": "retry",
        "isolate": False,
        "outs": (),
        "ins": (),
        "in_degree": len(fields.get("ins", ())),
        "first_output": "out",
        "inputs": ("in",),
    }
    return CompiledNode(id=name, **{**defaults, **fields})


def compiled_from(nodes: Iterable[tuple[str, str]], edges: Iterable[tuple[Any, ...]]) -> CompiledGraph:
    """A graph compiled from a definition: `(id, type)` and `(source, target[, port[, maxIterations]])`."""
    raw = {
        "nodes": [{"id": name, "type": kind, "data": {"config": {}}} for name, kind in nodes],
        "edges": [
            {
                "id": f"e{place}",
                "source": edge[0],
                "target": edge[1],
                **({"sourceHandle": edge[2]} if len(edge) > 2 else {}),
                **({"data": {"maxIterations": edge[3]}} if len(edge) > 3 else {}),
            }
            for place, edge in enumerate(edges)
        ],
    }
    return compile_graph(parse(raw), catalogue.facts)
