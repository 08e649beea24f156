"""Stored credentials for the tests of what may never be seen."""

from __future__ import annotations

from typing import Any

from accounts.models import Project
from accounts.services import default_project
from integrations import credentials
from integrations.models import Credential


def stored(
    value: str,
    *,
    kind: str = "bearer",
    login: str = "",
    hosts: tuple[str, ...] = ("127.0.0.1",),
    project: Project | None = None,
    name: str = "",
    settings: dict[str, Any] | None = None,
) -> Credential:
    """A credential of this kind and value, that may go to `hosts`."""
    credential = Credential(
        project=project or default_project(),
        name=name or f"{kind} {value[:4]} {Credential.objects.count()}",
        kind=kind,
        allowed_hosts=list(hosts),
        settings=settings or {},
    )
    credentials.seal(credential, value=value, login=login)
    credential.save()
    return credential
