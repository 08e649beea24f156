"""The addresses of webhooks and forms, and who calls them too often."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Final

from django.db import connection

from executions.errors import HookBusy, HookNotFound, HookPathTaken
from executions.models import Listener
from integrations import floods

SOURCE: Final = "border"


def addressed(address: str, kind: str) -> Listener:
    """The trigger of this kind that listens at the address; raises `HookNotFound`, also for one switched off."""
    listener = Listener.objects.filter(address=address, kind=kind, active=True).first() if len(address) <= 64 else None
    if listener is None:
        raise HookNotFound
    return listener


def known_as(path: str, method: str) -> Listener:
    """The webhook that was known under this path in n8n, of several the one for the method; raises `HookNotFound`."""
    found = Listener.objects.filter(path=path, kind="trigger-webhook", active=True) if 0 < len(path) <= 200 else None
    known = list(found.order_by("id")) if found is not None else []
    if not known:
        raise HookNotFound
    return next((one for one in known if method in one.config["methods"]), known[0])


def keep_path_free(workflow_id: uuid.UUID, path: str, methods: Collection[str]) -> None:
    """Raise `HookPathTaken` when another workflow answers at the path by one of the methods.

    Needs the caller's transaction: until it ends nobody else takes the path.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"webhook:{path}"])
    others = Listener.objects.filter(path=path, active=True).exclude(workflow_id=workflow_id).select_related("workflow")
    for other in others:
        shared = sorted(set(methods) & set(other.config["methods"]))
        if shared:
            raise HookPathTaken(path=path, methods=shared, workflow=other.workflow.code)


def hold_floods(listener: Listener, *, client: str, per_minute: int) -> None:
    """Count a call of `client`; raises `HookBusy` beyond `per_minute`, and tells of the flood, once per window."""
    wait = floods.hold(
        f"hook:{listener.pk}",
        client=client,
        per_minute=per_minute,
        project_id=lambda: listener.project_id,
        source=SOURCE,
    )
    if wait > 0:
        raise HookBusy(retry_after=wait)
