"""Pinned items: what a node gives in tests in the place of running. Ordinary runs know nothing of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from accounts import services as accounts_services
from accounts.clock import Clock
from integrations import safe_json
from workflows.errors import BadPin, PinNotFound, PinTooLarge, WorkflowNotFound
from workflows.models import Pin, Workflow

MAX_BYTES: Final = 300_000
MAX_COUNT: Final = 200
MAX_NAME: Final = 200


def pins_of(workflow_id: UUID) -> QuerySet[Pin]:
    """The pins of a workflow, by node."""
    return Pin.objects.filter(workflow_id=workflow_id).select_related("set_by")


def pinned_items(workflow_id: UUID) -> dict[str, Mapping[str, Sequence[Any]]]:
    """The pinned items by node and port."""
    return dict(Pin.objects.filter(workflow_id=workflow_id).values_list("node_id", "ports"))


@transaction.atomic
def pin(*, workflow_id: UUID, user: Any, node_id: str, ports: Any) -> Pin:
    """Pin items to a node, in the place of those that were pinned to it.

    Raises `WorkflowNotFound`, `Forbidden`, `BadPin`, `PinTooLarge`.
    """
    workflow = _held(workflow_id, user)
    _check(node_id, ports)
    others = Pin.objects.filter(workflow=workflow).exclude(node_id=node_id)
    if others.count() >= MAX_COUNT:
        raise PinTooLarge(limit=MAX_COUNT)
    what = {"ports": ports, "set_by": user, "set_at": Clock()}
    kept, _created = Pin.objects.update_or_create(workflow=workflow, node_id=node_id, defaults=what)
    return pins_of(workflow.pk).get(pk=kept.pk)


def pin_brought(*, workflow: Workflow, user: Any, pins: Mapping[str, Mapping[str, Sequence[Any]]]) -> None:
    """Pin what a new workflow has brought along, as far as it fits; the rest is left out."""
    kept = []
    for node_id, ports in list(pins.items())[:MAX_COUNT]:
        try:
            _check(node_id, ports)
        except (BadPin, PinTooLarge):
            continue
        kept.append(Pin(workflow=workflow, node_id=node_id, ports=ports, set_by=user))
    Pin.objects.bulk_create(kept)


@transaction.atomic
def unpin(*, workflow_id: UUID, user: Any, node_id: str) -> None:
    """Let the node run again in tests. Raises as `pin`, and `PinNotFound` where it is not pinned."""
    if not Pin.objects.filter(workflow=_held(workflow_id, user), node_id=node_id).delete()[0]:
        raise PinNotFound(nodeId=node_id[:MAX_NAME])


def _held(workflow_id: UUID, user: Any) -> Workflow:
    workflow = Workflow.objects.visible_to(user).select_for_update().filter(id=workflow_id).first()
    if workflow is None:
        raise WorkflowNotFound
    accounts_services.require(user, "workflow.edit", workflow.project_id)
    return workflow


def _check(node_id: str, ports: Any) -> None:
    is_sound = isinstance(ports, Mapping) and bool(ports) and 0 < len(node_id) <= MAX_NAME
    if not is_sound or not all(_is_port(name, items) for name, items in ports.items()):
        raise BadPin
    if len(safe_json.dumps(ports).encode()) > MAX_BYTES:
        raise PinTooLarge(limit=MAX_BYTES)


def _is_port(name: Any, items: Any) -> bool:
    is_named = isinstance(name, str) and 0 < len(name) <= MAX_NAME
    return is_named and isinstance(items, list) and all(isinstance(item, Mapping) for item in items)
