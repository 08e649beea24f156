"""What programs leave for later runs of their workflow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from accounts.clock import Clock
from workflows.models import KeptData

WORKFLOW = ""
"""The key of what belongs to no one node."""


def kept_data(*, workflow_id: UUID, node_id: str) -> dict[str, Any]:
    """`{"global", "node"}`: what was left by the workflow and by this node, each an object."""
    rows = KeptData.objects.filter(workflow_id=workflow_id, node_id__in=[WORKFLOW, node_id])
    found = dict(rows.values_list("node_id", "content"))
    return {"global": found.get(WORKFLOW, {}), "node": found.get(node_id, {})}


def keep_data(*, workflow_id: UUID, node_id: str, kept: Mapping[str, Any]) -> None:
    """Write down `{"global", "node"}`; an object that is empty and was never written stays unwritten.

    Needs the transaction that records the step. Rows are written in one order, lest two steps lock each other.
    """
    known = kept_data(workflow_id=workflow_id, node_id=node_id)
    rows = [
        KeptData(workflow_id=workflow_id, node_id=key, content=kept[name], updated_at=Clock())
        for name, key in (("global", WORKFLOW), ("node", node_id))
        if kept[name] != known[name]
    ]
    KeptData.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["workflow", "node_id"], update_fields=["content", "updated_at"]
    )
