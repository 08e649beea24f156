"""Proposals for broken links, and carrying out those that a person has chosen: as a new version."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from workflows import catalogue
from workflows.errors import UnknownNodeType, UnknownRepair, WorkflowNotFound
from workflows.graph.facts import NodeFacts
from workflows.graph.links.model import LinkGraph
from workflows.graph.links.repairs import Repair, repairs
from workflows.models import Workflow
from workflows.services.checking import read_definition
from workflows.services.link_check import link_graph
from workflows.services.saving import Expected, Particulars, replace_workflow
from workflows.services.versions import diff_versions


@dataclass(frozen=True)
class Proposal:
    """A repair by its `id`, with the names of the nodes; `target` None means a new notification."""

    id: str
    code: str
    source: str
    target: str | None
    output: int
    because: str


def proposals(workflow: Workflow) -> list[Proposal]:
    """What would cure findings of the newest version. Nothing is changed."""
    definition = _definition(workflow)
    graph = link_graph(definition, read_definition(definition)) if definition.get("nodes") else LinkGraph((), ())
    return [_named(graph, repair) for repair in _found(definition, graph)]


@dataclass(frozen=True)
class Drawn:
    """A proposal for a graph that is being drawn: the node that it would cure, and what would be added."""

    proposal: Proposal
    node_id: str
    nodes: Sequence[Mapping[str, Any]]
    edges: Sequence[Mapping[str, Any]]


def drawn_proposals(definition: Mapping[str, Any]) -> list[Drawn]:
    """What would cure findings of a definition as it is drawn now. Raises `NotADefinition`."""
    read = read_definition(definition)
    if not read.nodes:
        return []
    graph = link_graph(definition, read)
    return [_drawn(definition, graph, repair) for repair in _found(definition, graph)]


def repair_workflow(*, workflow: Workflow, user: Any, chosen: Collection[str]) -> tuple[Workflow, dict[str, Any]]:
    """Save a draft with the chosen proposals carried out; the diff to the version before comes with it.

    Raises `WorkflowNotFound`, `Forbidden`, `UnknownRepair`, `StaleVersion`.
    """
    definition = _definition(workflow)
    graph = link_graph(definition, read_definition(definition))
    found = {_id(repair): repair for repair in _found(definition, graph)}
    missing = set(chosen) - set(found)
    if missing or not chosen:
        raise UnknownRepair(repairs=sorted(missing)[:100])
    repaired = {**definition, "nodes": list(definition["nodes"]), "edges": list(definition.get("edges") or [])}
    for name in dict.fromkeys(chosen):
        _carry_out(repaired, found[name])
    with transaction.atomic():
        older = workflow.newest_version
        saved = replace_workflow(
            workflow_id=workflow.id,
            user=user,
            particulars=Particulars(workflow.name, workflow.description, workflow.kind, workflow.priority),
            definition=repaired,
            draft=True,
            expected=Expected(version=workflow.version),
        )
    if older is None or saved.newest_version is None:
        raise WorkflowNotFound
    return saved, diff_versions(older=older, newer=saved.newest_version)


def _definition(workflow: Workflow) -> Mapping[str, Any]:
    return {} if workflow.newest_version is None else workflow.newest_version.definition


def _found(definition: Mapping[str, Any], graph: LinkGraph) -> list[Repair]:
    places = {
        node["id"]: (float((node.get("position") or {}).get("x", 0)), float((node.get("position") or {}).get("y", 0)))
        for node in definition.get("nodes") or ()
    }
    return repairs(graph, places)


def _id(repair: Repair) -> str:
    return f"{repair.source}:{repair.output}->{repair.target or 'notify'}"


def _drawn(definition: Mapping[str, Any], graph: LinkGraph, repair: Repair) -> Drawn:
    repaired = {**definition, "nodes": list(definition["nodes"]), "edges": list(definition.get("edges") or [])}
    counts = len(repaired["nodes"]), len(repaired["edges"])
    _carry_out(repaired, repair)
    nodes, edges = repaired["nodes"][counts[0] :], repaired["edges"][counts[1] :]
    return Drawn(_named(graph, repair), repair.target or repair.source, nodes, edges)


def _named(graph: LinkGraph, repair: Repair) -> Proposal:
    target = None if repair.target is None else graph.by_id[repair.target].name
    return Proposal(_id(repair), repair.code, graph.by_id[repair.source].name, target, repair.output, repair.because)


def _carry_out(definition: dict[str, Any], repair: Repair) -> None:
    nodes = {node["id"]: node for node in definition["nodes"]}
    source = nodes[repair.source]
    target = nodes.get(repair.target or "")
    if target is None:
        target = _notification(source, nodes)
        definition["nodes"].append(target)
    edge = {
        "id": _free(f"repair-{source['id']}-{target['id']}"[:190], {one.get("id") for one in definition["edges"]}),
        "source": source["id"],
        "target": target["id"],
        "sourceHandle": _output(source["type"], repair.output),
        "targetHandle": "main:0" if target["type"] == "unsupported" else None,
    }
    if _comes_back(definition["edges"], source["id"], target["id"]):
        edge["data"] = {"maxIterations": 1000}
    definition["edges"].append(edge)


def _notification(source: Mapping[str, Any], nodes: Mapping[str, Any]) -> dict[str, Any]:
    place = source.get("position") or {}
    return {
        "id": _free(f"notify-{source['id']}"[:190], set(nodes)),
        "type": "notify",
        "position": {"x": place.get("x", 0) + 250, "y": place.get("y", 0)},
        "data": {"label": "Notify Error", "config": {"severity": "error", "title": "{{ $workflow.name }}"}},
    }


def _free(wanted: str, taken: Collection[Any]) -> str:
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted}-{number}", number + 1
    return name


def _output(node_type: str, place: int) -> str | None:
    try:
        facts: NodeFacts = catalogue.facts(node_type)
    except UnknownNodeType:
        return None
    if facts.any_handles:
        return f"main:{place}"
    return facts.outputs[place] if place < len(facts.outputs) else None


def _comes_back(edges: list[Mapping[str, Any]], source: str, target: str) -> bool:
    """Whether edges lead from the target to the source, so that the new one closes a circle."""
    successors: dict[str, list[str]] = {}
    for edge in edges:
        successors.setdefault(edge["source"], []).append(edge["target"])
    seen, waiting = {target}, [target]
    while waiting:
        name = waiting.pop()
        if name == source:
            return True
        for other in successors.get(name, ()):
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return False
