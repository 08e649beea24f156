"""Definitions and node facts for the tests of the pure graph."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from workflows.graph.definition import parse
from workflows.graph.facts import InputFacts, NodeFacts
from workflows.graph.problems import Problem
from workflows.graph.rules import ConfigFault, check
from workflows.graph.settings import RetryPolicy

FACTS = {
    "step": NodeFacts(inputs=(InputFacts("in"),), outputs=("out",)),
    "fork": NodeFacts(inputs=(InputFacts("in"),), outputs=("true", "false")),
    "source": NodeFacts(inputs=(), outputs=("out",)),
    "trigger": NodeFacts(inputs=(), outputs=("out",), starts=True),
    "needy": NodeFacts(
        inputs=(InputFacts("rows", required=True),),
        outputs=("out",),
        weight="io",
        repeatable=False,
        stores="raw",
        timeout_seconds=5.0,
        retry_for=lambda config: RetryPolicy(attempts=config.get("tries", 3), backoff="fixed"),
        needs_input=lambda config: "rows" not in config,
    ),
    "heavy": NodeFacts(inputs=(InputFacts("in"),), outputs=("out",), weight="cpu"),
}


def node(node_id: str, node_type: str = "step", config: Any = None, **data: Any) -> dict[str, Any]:
    return {
        "id": node_id,
        "type": node_type,
        "position": {"x": 0, "y": 0},
        "data": {"label": node_id, "config": {} if config is None else config, **data},
    }


def edge(
    source: str, target: str, source_handle: str | None = None, target_handle: str | None = None
) -> dict[str, Any]:
    return {
        "id": f"{source}-{target}-{source_handle}-{target_handle}",
        "source": source,
        "target": target,
        "sourceHandle": source_handle,
        "targetHandle": target_handle,
    }


def graph(nodes: list[dict[str, Any]], edges: list[dict[str, Any]] | None = None, **rest: Any) -> dict[str, Any]:
    return {"nodes": nodes, "edges": edges or [], **rest}


def chain(length: int) -> dict[str, Any]:
    return graph([node(f"n{i}") for i in range(length)], [edge(f"n{i}", f"n{i + 1}") for i in range(length - 1)])


def refuse_bad_configs(node_type: str, config: Any) -> list[ConfigFault]:
    """A check that finds one fault: the word `bad`."""
    return [ConfigFault("word", "bad word", {})] if config == {"word": "bad"} else []


def problems(raw: dict[str, Any]) -> list[Problem]:
    return check(parse(raw), FACTS.get, refuse_bad_configs)


def codes(raw: dict[str, Any]) -> list[str]:
    return [problem.code for problem in problems(raw)]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)

_handles = st.none() | st.sampled_from(["in", "out", "error", "true", "rows", "nowhere"])
_ids = st.sampled_from(["a", "b", "c", "d", "e"])

well_formed = st.builds(
    graph,
    st.lists(st.builds(node, _ids, st.sampled_from([*FACTS, "unheard-of"]), anything, settings=anything), max_size=6),
    st.lists(st.builds(edge, _ids, _ids, _handles, _handles), max_size=8),
    settings=anything,
)
