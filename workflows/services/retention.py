"""How long the runs of each workflow are kept, as its published version says."""

from __future__ import annotations

from uuid import UUID

from django.db.models import F
from django.db.models.functions import Coalesce

from workflows.graph.node_settings import read_graph_settings
from workflows.models import Workflow, WorkflowVersion

_known: dict[UUID, float | None] = {}
"""What the versions asked for last say. Versions never change, and their definitions are large."""


def retention_days() -> dict[UUID, float | None]:
    """Days by workflow, deleted ones included: 0 keeps for ever, None is where the workflow says nothing.

    The published version counts, or the newest where none is.
    """
    versions = dict(
        Workflow.objects.annotate(counts=Coalesce(F("active_version"), F("newest_version"))).values_list("id", "counts")
    )
    wanted = set(versions.values())
    for version in _known.keys() - wanted:
        _known.pop(version, None)
    unknown = WorkflowVersion.objects.filter(id__in=wanted - _known.keys())
    for version, said in unknown.values_list("id", "definition__settings"):
        settings, _faults = read_graph_settings(said)
        _known[version] = settings.retention_days
    return {workflow: _known.get(version) for workflow, version in versions.items()}


def names_of(workflow_ids: list[UUID]) -> dict[UUID, tuple[str, str]]:
    """Code and name of workflows, deleted ones included."""
    rows = Workflow.objects.filter(id__in=workflow_ids).values_list("id", "code", "name")
    return {workflow: (code, name) for workflow, code, name in rows}
