"""Trials: the part of a definition that one test runs, kept as a version that nobody sees in the list of versions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from accounts import services as accounts_services
from accounts.clock import Now
from integrations import safe_json
from workflows import catalogue
from workflows.errors import (
    InvalidDefinition,
    NodeNotFound,
    NothingToTest,
    PinTooLarge,
    UnknownNodeType,
    WorkflowNotFound,
)
from workflows.graph import trial
from workflows.graph.links import answers
from workflows.graph.trial import Ports
from workflows.models import Workflow, WorkflowVersion
from workflows.services.checking import read_definition, refuse_errors, validate_definition
from workflows.services.pinning import pinned_items
from workflows.services.starting import StartTarget

MAX_PINS_BYTES: Final = 10_000_000
KEPT: Final = timedelta(hours=1)
"""So long a trial stays that no run points at: its run may be about to begin."""


@dataclass(frozen=True)
class Tested:
    """What is to be tested: a node of the newest version or of `definition`, alone or with all that leads to it."""

    workflow: Workflow
    definition: Mapping[str, Any]
    node_id: str
    alone: bool


@dataclass(frozen=True)
class Planned:
    """A test that can be run. `acts` are the names of the nodes in it that may change something outside."""

    tested: Tested
    cut: trial.Cut
    acts: tuple[str, ...]


def look_for_test(
    *,
    workflow_id: UUID,
    user: Any,
    node_id: str | None = None,
    alone: bool = False,
    definition: Mapping[str, Any] | None = None,
) -> Tested:
    """Without `node_id` the whole. Raises `WorkflowNotFound`, `Forbidden`, `NodeNotFound`, `NotADefinition`."""
    found = Workflow.objects.visible_to(user).select_related("newest_version").filter(id=workflow_id).first()
    if found is None:
        raise WorkflowNotFound
    for action in ("workflow.edit", "execution.start"):
        accounts_services.require(user, action, found.project_id)
    stored = {"nodes": []} if found.newest_version is None else found.newest_version.definition
    raw = stored if definition is None else definition
    if node_id is not None and node_id not in {node.id for node in read_definition(raw).nodes}:
        raise NodeNotFound(nodeId=node_id)
    return Tested(found, raw, node_id or "", alone)


def nodes_to_know(tested: Tested) -> set[str]:
    """The nodes whose items of an earlier run would serve as input. None where everything before it runs."""
    return trial.nodes_before(tested.definition, tested.node_id) if tested.alone else set()


def plan_test(tested: Tested, known: Mapping[str, Ports]) -> Planned:
    """Cut out what is run; `known` are items of an earlier run by node, in whose place pinned ones count.

    Raises `NothingToTest`, `PinTooLarge`, `InvalidDefinition` with the errors of the nodes that would run.
    """
    given = {**known, **pinned_items(tested.workflow.pk)}
    names = {node.id: node.label for node in read_definition(tested.definition).nodes}
    try:
        cut = trial.cut_out(tested.definition, tested.node_id, given, starts=_starts, alone=tested.alone)
    except trial.NothingBefore as error:
        raise NothingToTest(nodes=[names[name] for name in error.nodes]) from None
    if len(safe_json.dumps(cut.pins).encode()) > MAX_PINS_BYTES:
        raise PinTooLarge(limit=MAX_PINS_BYTES)
    refuse_errors(list(_problems(tested.workflow, cut)), InvalidDefinition)
    acting = [node for node in cut.definition["nodes"] if node["id"] in cut.runs and _acts(node)]
    return Planned(tested, cut, tuple(names[node["id"]] for node in acting))


def plan_shadow(tested: Tested, known: Mapping[str, Ports]) -> Planned:
    """All of a workflow on the data of an earlier run, without any effect: what begins it and what works outside gives
    what it gave then, and does not run where it gave nothing. `known` are the items of that run by node.

    Raises `PinTooLarge`, `InvalidDefinition`.
    """
    nodes = tested.definition["nodes"]
    outer = {node["id"] for node in nodes if _starts(node["type"]) or _acts(node)}
    given = {name: ports for name, ports in known.items() if name in outer}
    cut = trial.cut_whole(tested.definition, given, outer - given.keys())
    if len(safe_json.dumps(cut.pins).encode()) > MAX_PINS_BYTES:
        raise PinTooLarge(limit=MAX_PINS_BYTES)
    refuse_errors(list(_problems(tested.workflow, cut)), InvalidDefinition)
    return Planned(tested, cut, ())


def keep_trial(planned: Planned, user: Any) -> StartTarget:
    """Write the trial down, so that a run can begin on it."""
    workflow = planned.tested.workflow
    version = WorkflowVersion.objects.create(
        workflow=workflow,
        number=workflow.version,
        label=f"v{workflow.version:03d}*",
        definition=planned.cut.definition,
        pins=planned.cut.pins,
        created_by=user,
    )
    return StartTarget(
        workflow_id=workflow.pk,
        workflow_code=workflow.code,
        workflow_name=workflow.name,
        version_id=version.pk,
        version_number=version.number,
        version_label=version.label,
        project_id=workflow.project_id,
        priority=workflow.priority,
    )


def forget_trials(runs: QuerySet[Any]) -> int:
    """Delete the trials that none of `runs` points at any more; returns how many."""
    kept = runs.filter(version_id=OuterRef("pk"))
    trials = WorkflowVersion.objects.filter(pins__isnull=False, created_at__lt=Now() - KEPT)
    gone, _rows = trials.filter(~Exists(kept)).delete()
    return gone


def _starts(node_type: str) -> bool:
    try:
        return catalogue.facts(node_type).starts
    except UnknownNodeType:
        return False


def _acts(node: Mapping[str, Any]) -> bool:
    """A type that is not known is not run: that is told as a problem. A disabled node does nothing."""
    data = node.get("data") or {}
    settings = data.get("settings")
    if isinstance(settings, Mapping) and settings.get("disabled") is True:
        return False
    try:
        return catalogue.get(node["type"]).acts(data.get("config") or {})
    except UnknownNodeType:
        return False


def _problems(workflow: Workflow, cut: trial.Cut) -> Iterator[dict[str, Any]]:
    """What would keep the cut from running: not what is said of nodes that only give their items, nor that somebody
    gets no answer, for nobody waits for one."""
    found = validate_definition(
        cut.definition, kind=workflow.kind, own=(workflow.code, str(workflow.pk)), project_id=workflow.project_id
    )
    sources: Mapping[str, Sequence[str]] = {
        edge["id"]: (edge["source"], edge["target"]) for edge in cut.definition["edges"] if edge.get("id")
    }
    for problem in found:
        about = {problem["nodeId"], *sources.get(problem["edgeId"] or "", ())} - {None}
        if not about & cut.pins.keys() and problem["code"] not in answers.CODES:
            yield problem
