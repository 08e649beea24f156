"""Publishing a version brings its triggers to life, in the transaction that publishes, and silences those before it."""

from __future__ import annotations

import secrets
import uuid
from typing import Any

from accounts.clock import Clock
from executions.models import Listener, Vigil
from executions.services.reacting.addressing import keep_path_free
from executions.services.reacting.kinds import KINDS
from workflows import services as workflows
from workflows.services import TriggerNode

ADDRESS_BYTES = 24


def follow_published(workflow_id: uuid.UUID) -> None:
    """Let the triggers of the published version listen, and no others of the workflow. Needs the workflow's lock."""
    nodes = {node.id: node for node in workflows.trigger_nodes(workflow_id, *KINDS)}
    rows = Listener.objects.select_for_update(no_key=True).filter(workflow_id=workflow_id).order_by("id")
    known = {listener.node_id: listener for listener in rows}
    for node in nodes.values():
        _write(known.get(node.id), workflow_id, node)
    for gone in known.keys() - nodes.keys():
        _silence(known[gone])


def deactivate(workflow_id: uuid.UUID) -> None:
    """The workflow is deleted or unpublished: nothing of it listens any more. What its triggers have seen stays."""
    for listener in Listener.objects.select_for_update(no_key=True).filter(workflow_id=workflow_id).order_by("id"):
        _silence(listener)


def _silence(listener: Listener) -> None:
    Vigil.objects.filter(listener=listener).delete()
    Listener.objects.filter(id=listener.id).update(active=False)


def _write(listener: Listener | None, workflow_id: uuid.UUID, node: TriggerNode) -> None:
    """A trigger that says what it said before goes on as it was; another one begins anew."""
    kind = KINDS[node.type]
    said: dict[str, Any] = {
        "kind": node.type,
        "names": list(kind.names(node.config)),
        "config": node.config.model_dump(mode="json", by_alias=True),
        "path": getattr(node.config, "path", "") if kind.addressed else "",
    }
    if listener is None:
        listener = Listener(workflow_id=workflow_id, node_id=node.id, active=False)
        listener.project_id = workflows.project_of_workflow(workflow_id)
    if kind.addressed and listener.address is None:
        listener.address = secrets.token_urlsafe(ADDRESS_BYTES)
    if said["path"]:
        keep_path_free(workflow_id, said["path"], said["config"]["methods"])
    same = listener.active and all(getattr(listener, name) == value for name, value in said.items())
    if same:
        return
    for name, value in said.items():
        setattr(listener, name, value)
    listener.active = True
    listener.since = Clock()
    listener.save()
    Vigil.objects.filter(listener=listener).delete()
    if kind.clocked:
        Vigil.objects.create(listener=listener, due_at=Clock())
