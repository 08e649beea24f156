"""Who names a credential: noted when a workflow is saved, asked before the credential is taken away."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import F

from integrations import credentials
from workflows.graph.definition import NodeSpec
from workflows.models import Node
from workflows.services.credential_check import named_by


def name_credentials(nodes: Iterable[tuple[Node, NodeSpec]], project_id: int) -> None:
    """Note beside the rows of nodes which of the project's credentials their configs name."""
    links = Node.credentials.through
    named = [(row.pk, found) for row, spec in nodes for found in named_by(spec)]
    known = credentials.kinds_of({found for _row, found in named}, project_id) if named else {}
    pairs = dict.fromkeys((row, found) for row, found in named if found in known)
    links.objects.bulk_create([links(node_id=row, credential_id=found) for row, found in pairs], batch_size=1000)


def published_users(credential_id: UUID) -> list[dict[str, str]]:
    """The nodes of published versions that name it: `{workflowId, code, name, nodeId}`."""
    active = Node.objects.filter(
        credentials=credential_id,
        version_id=F("version__workflow__active_version_id"),
        version__workflow__deleted_at=None,
    )
    rows = active.order_by("version__workflow__code", "node_id").values_list(
        "version__workflow_id", "version__workflow__code", "version__workflow__name", "node_id"
    )
    return [{"workflowId": str(row[0]), "code": row[1], "name": row[2], "nodeId": row[3]} for row in rows]
