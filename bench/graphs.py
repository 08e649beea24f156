"""The workflows that are run, in the form in which the editor would save them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

Definition = dict[str, Any]


def chain(length: int) -> Definition:
    """`length` steps one after the other."""
    names = [f"n{number}" for number in range(1, length + 1)]
    return _definition(names, pairwise(names))


def fan(width: int) -> Definition:
    """One step, `width` steps beside each other, and one that waits for all of them."""
    branches = [f"branch{number}" for number in range(1, width + 1)]
    edges = [("first", branch) for branch in branches] + [(branch, "last") for branch in branches]
    return _definition(["first", *branches, "last"], edges)


def calling(url: str) -> Definition:
    """A trivial step, one that calls `url`, and a trivial step."""
    definition = chain(3)
    definition["nodes"][1] |= {"type": "http-request", "data": {"label": "n2", "config": {"url": url, "retries": 0}}}
    return definition


def _definition(names: Sequence[str], edges: Iterable[tuple[str, str]]) -> Definition:
    return {
        "nodes": [
            {"id": name, "type": "noop", "position": {"x": 0, "y": 0}, "data": {"label": name, "config": {}}}
            for name in names
        ],
        "edges": [
            {"id": f"e{number}", "source": source, "target": target} for number, (source, target) in enumerate(edges)
        ],
    }
