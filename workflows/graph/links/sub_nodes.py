"""PURE: models, memories, tools and the like, which hang on other nodes instead of standing in the flow."""

from __future__ import annotations

from collections.abc import Iterator

from workflows.graph.links.model import MAIN, LinkGraph, LinkNode
from workflows.graph.links.reach import shown
from workflows.graph.links.wording import Finding, finding

MODEL = "ai_languageModel"
CALLED_WITH_TOOLS = frozenset({"mcp", "chat"})
"""Triggers on which sub-nodes may hang: tools, memory."""


def findings(graph: LinkGraph) -> Iterator[Finding]:
    reversed_children = set()
    for link in graph.links:
        source, target = graph.by_id[link.source], graph.by_id[link.target]
        if link.kind != MAIN:
            if target.remark or (target.trigger is not None and target.trigger not in CALLED_WITH_TOOLS):
                yield finding("ai_link_to_trigger_or_sticky", target.name, source=source.name)
            elif target.family == link.kind and source.family != link.kind:
                reversed_children.add(target.id)
                yield finding("ai_link_reversed", target.name, parent=source.name)
    for node in graph.working:
        into = [graph.by_id[link.source].name for link in graph.ins.get(node.id, ())]
        if node.family is not None and into:
            yield finding("main_link_to_subnode", node.name, nodes=shown(sorted(set(into))))
        unattached = node.family is not None and not graph.parents.get(node.id)
        if unattached and node.id not in reversed_children and not into:
            yield finding("ai_subnode_unattached", node.name)
        if node.needs_model:
            yield from _of_root(graph, node)


def _of_root(graph: LinkGraph, node: LinkNode) -> Iterator[Finding]:
    models = [graph.by_id[link.source] for link in graph.helpers.get(node.id, ()) if link.kind == MODEL]
    if not models:
        yield finding("ai_root_without_model", node.name)
    elif all(model.disabled for model in models):
        yield finding("disabled_ai_model", node.name, nodes=shown([model.name for model in models]))
