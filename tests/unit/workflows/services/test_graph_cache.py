"""Compiled graphs in memory."""

from __future__ import annotations

from uuid import UUID, uuid4

from tests.unit.workflows.graphs import FACTS, chain
from workflows.graph.definition import parse
from workflows.graph.topology import CompiledGraph, compile_graph
from workflows.services.graph_cache import GraphCache


class Builder:
    """Builds chains of ten nodes and remembers for whom."""

    def __init__(self) -> None:
        self.built: list[UUID] = []

    def __call__(self, version_id: UUID) -> CompiledGraph:
        self.built.append(version_id)
        return compile_graph(parse(chain(10)), FACTS.__getitem__)


def test_a_graph_is_built_once() -> None:
    cache, build, version = GraphCache(max_nodes=100), Builder(), uuid4()

    assert cache.get(version, build) is cache.get(version, build)
    assert build.built == [version]


def test_the_graph_used_longest_ago_is_forgotten() -> None:
    cache, build = GraphCache(max_nodes=20), Builder()
    old, used, new = uuid4(), uuid4(), uuid4()

    for version in (used, old, used, new, used, old):
        cache.get(version, build)

    assert build.built == [used, old, new, old]


def test_a_graph_larger_than_the_cache_is_kept_alone() -> None:
    cache, build, version = GraphCache(max_nodes=5), Builder(), uuid4()

    cache.get(version, build)
    cache.get(version, build)

    assert build.built == [version]
