"""What the link analysis says about a definition, whichever notation it came from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_noop

from workflows import catalogue
from workflows.errors import UnknownNodeType
from workflows.graph.definition import Definition
from workflows.graph.facts import NodeFacts
from workflows.graph.links import native
from workflows.graph.links.findings import analyse
from workflows.graph.links.model import LinkGraph
from workflows.graph.links.wording import Finding
from workflows.graph.problems import Problem
from workflows.importers.n8n import link_graph as n8n
from workflows.importers.n8n.cures import cure
from workflows.importers.n8n.document import NotAWorkflow, read
from workflows.importers.n8n.exporting import to_document

UNSUPPORTED = gettext_noop("Узел «%(type)s» здесь не работает: замените его")
TOLD_BY_RULES = frozenset({"no_incoming", "cycle", "endless_cycle", "expr_missing_node", "expr_not_upstream"})
"""What the rules for our own definitions say in their own way."""
SAID_TWICE = frozenset({"no_incoming", "orphan"})
"""What those rules say about n8n's documents, and the analysis knows better."""

_PLACE = re.compile(r"%\([A-Za-z]+\)s")
"""The only places that a reason may have: others could ask for a text of any length."""


def link_graph(raw: Mapping[str, Any], definition: Definition) -> LinkGraph:
    """The links of a definition: of one from n8n in the words of n8n."""
    if definition.origin == "n8n":
        try:
            return _with_our_ids(n8n.link_graph(read(to_document(raw, ""))), _by_name(definition))
        except NotAWorkflow:
            return LinkGraph((), ())
    return native.link_graph(definition, {node.id: _facts(node.type) for node in definition.nodes})


def link_findings(graph: LinkGraph, definition: Definition) -> list[Finding]:
    """Every finding of the analysis of a definition's links, by names of nodes."""
    found = analyse(graph)
    return found if definition.origin == "n8n" else [one for one in found if one.code not in TOLD_BY_RULES]


def with_links(raw: Mapping[str, Any], definition: Definition, problems: list[Problem]) -> list[Problem]:
    """The problems of a definition and what is to be said of its links, nothing twice."""
    if definition.origin == "n8n":
        problems = [problem for problem in problems if problem.code not in SAID_TWICE]
    ids = _by_name(definition)
    links = [
        Problem(one.code, one.message, ids.get(one.node), None, one.severity, dict(one.params), one.suggestion)
        for one in link_findings(link_graph(raw, definition), definition)
    ]
    return [*problems, *links, *_unsupported(definition)]


def _by_name(definition: Definition) -> dict[str, str]:
    """The id of the first node of every name."""
    ids: dict[str, str] = {}
    for node in definition.nodes:
        ids.setdefault(node.label, node.id)
    return ids


def _with_our_ids(graph: LinkGraph, ids: Mapping[str, str]) -> LinkGraph:
    """The graph of a document by the ids of the definition, which has kept those that were missing or shared."""
    ours = {node.id: ids.get(node.name, node.id) for node in graph.nodes}
    if any(old != new for old, new in ours.items()) and len(set(ours.values())) == len(ours):
        nodes = tuple(replace(node, id=ours[node.id]) for node in graph.nodes)
        links = tuple(replace(link, source=ours[link.source], target=ours[link.target]) for link in graph.links)
        return LinkGraph(nodes, links, graph.broken, graph.strict)
    return graph


def _unsupported(definition: Definition) -> Iterator[Problem]:
    for node in definition.nodes:
        if node.type == "unsupported":
            config = node.config if isinstance(node.config, Mapping) else {}
            told = [one for one in map(_reason, _listed(config.get("reasons"))) if one is not None]
            for message, params in told or [(UNSUPPORTED, {"type": config.get("original") or node.type})]:
                yield Problem("unsupported_node", message, node.id, params=params, suggestion=cure(message, params))


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def _reason(written: Any) -> tuple[str, Mapping[str, Any]] | None:
    """A reason that an import has written down, if it is still one: people may write anything into a config."""
    if not isinstance(written, Mapping):
        return None
    message, params = written.get("message"), written.get("params", {})
    if not isinstance(message, str) or not message or "%" in _PLACE.sub("", message) or not isinstance(params, Mapping):
        return None
    return message, params


def _facts(node_type: str) -> NodeFacts | None:
    try:
        return catalogue.facts(node_type)
    except UnknownNodeType:
        return None
