"""Small graphs with everything that decides how a run goes on: joins, branches, errors, tries."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.races.model.oracle import Node

MOST_NODES = 6
REST_SECONDS = 50.0

Edge = tuple[str, str, str]


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[Node], list[Edge]]:
    """Nodes in the order of their edges, and edges as `(source, port, target)`."""
    nodes: list[Node] = []
    edges: list[Edge] = []
    for name in "abcdef"[: draw(st.integers(1, MOST_NODES))]:
        doors = [(node.name, port) for node in nodes for port in node.ports]
        ways = st.lists(st.sampled_from(doors), max_size=3, unique=True) if doors else st.just([])
        edges += [(source, port, name) for source, port in draw(ways)]
        nodes.append(draw(_nodes(name)))
    return nodes, edges


@st.composite
def _nodes(draw: st.DrawFn, name: str) -> Node:
    ports = draw(st.sampled_from([("out",), ("true", "false")]))
    on_error = draw(st.sampled_from(["fail", "continue", "error_port"]))
    return Node(
        name=name,
        ports=(*ports, "error") if on_error == "error_port" else ports,
        join=draw(st.sampled_from(["any", "all_resolved", "all_live"])),
        on_error=on_error,
        tries=draw(st.integers(1, 3)),
        on_worker_lost=draw(st.sampled_from(["retry", "retry", "fail"])),
    )


def definition(nodes: list[Node], edges: list[Edge]) -> dict[str, Any]:
    """The same graph as a definition of a workflow."""
    return {
        "nodes": [
            {
                "id": node.name,
                "type": "noop" if "out" in node.ports else "if",
                "position": {"x": 0, "y": 0},
                "data": {
                    "label": node.name,
                    "config": {} if "out" in node.ports else {"conditions": [{"field": "x", "op": "exists"}]},
                    "settings": {
                        "join": node.join,
                        "onError": node.on_error,
                        "onWorkerLost": node.on_worker_lost,
                        "retry": {"attempts": node.tries, "backoff": "fixed", "delaySeconds": REST_SECONDS},
                    },
                },
            }
            for node in nodes
        ],
        "edges": [
            {"id": f"e{place}", "source": source, "sourceHandle": port, "target": target}
            for place, (source, port, target) in enumerate(edges)
        ],
    }
