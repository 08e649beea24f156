"""Making, changing, trying and taking away credentials. Each is one transaction; none of them ever shows a secret."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.module_loading import import_string

from accounts import services as accounts
from accounts import trail
from accounts.clock import Clock
from integrations import credentials
from integrations.credential_kinds import KINDS, WILDBERRIES
from integrations.errors import (
    CredentialInUse,
    CredentialInvalid,
    CredentialNameTaken,
    CredentialNotFound,
    SecretNeeded,
)
from integrations.models import Credential

log = structlog.get_logger(__name__)

LAST_PORT: Final = 65_535
LONGEST: Final = 20_000
"""Characters of a secret; the key of a Google service account has some two thousand."""


@dataclass(frozen=True)
class Wanted:
    """What a credential is to be; None means: as it is. `shared_with` are codes of projects."""

    name: str | None = None
    value: str | None = None
    login: str | None = None
    settings: Mapping[str, Any] | None = None
    hosts: Sequence[str] | None = None
    shared_with: Sequence[str] | None = None
    revoked: bool | None = None


def visible_to(user: Any) -> QuerySet[Credential]:
    """Credentials that `user` may name in a workflow: of their projects, and those shared with these."""
    projects = accounts.project_ids(user, action="credential.use")
    mine = Credential.objects.filter(Q(project_id__in=projects) | Q(shared_with__in=projects))
    return mine.distinct().select_related("project").prefetch_related("shared_with").order_by("name", "id")


@transaction.atomic
def create(*, user: Any, kind: str, wanted: Wanted, project: str | None = None) -> Credential:
    """A new credential in the project of this code, by default the person's own.

    Raises `Forbidden`, `ProjectNotFound`, `CredentialInvalid`, `CredentialNameTaken`, `CredentialKeysInvalid`.
    """
    project_id = accounts.project_for(user, action="credential.manage", code=project)
    if kind not in KINDS:
        raise CredentialInvalid(field="kind")
    row = Credential(project_id=project_id, name=wanted.name or "", kind=kind)
    row.settings = checked_settings(kind, wanted.settings or {})
    row.allowed_hosts = hosts_for(kind, wanted.hosts or (), row.settings)
    credentials.seal(row, value=wanted.value or "", login=wanted.login or "")
    _save(row)
    _share(row, wanted, user)
    log.info("credential created", credential_id=str(row.pk), kind=kind, user_id=user.pk)
    return row


@transaction.atomic
def change(*, credential_id: UUID, user: Any, wanted: Wanted) -> Credential:
    """Change what is said. Where it may go, its login and its settings change only together with the secret itself:
    else whoever may change them could have it sent to themselves.

    Raises `CredentialNotFound`, `Forbidden`, `CredentialInvalid`, `CredentialNameTaken`, `SecretNeeded`.
    """
    row = _locked(credential_id, user)
    told = {"name": wanted.name, "settings": wanted.settings, "hosts": wanted.hosts, "login": wanted.login}
    if wanted.value is None:
        _refuse_diversion(row, wanted)
    else:
        login = credentials.unseal(row).login if wanted.login is None else wanted.login
        row.settings = row.settings if wanted.settings is None else checked_settings(row.kind, wanted.settings)
        row.allowed_hosts = hosts_for(
            row.kind, row.allowed_hosts if wanted.hosts is None else wanted.hosts, row.settings
        )
        credentials.seal(row, value=wanted.value, login=login)
        trail.tell(row, secret=(None, trail.HIDDEN))
    row.name = row.name if wanted.name is None else wanted.name
    if wanted.revoked is not None and wanted.revoked != (row.revoked_at is not None):
        Credential.objects.filter(pk=row.pk).update(revoked_at=Clock() if wanted.revoked else None)
        before = row.revoked_at
        row.refresh_from_db(fields=["revoked_at"])
        trail.tell(row, revoked_at=(before, row.revoked_at))
    _save(row)
    _share(row, wanted, user)
    changed = [name for name, value in told.items() if value is not None]
    log.info("credential changed", credential_id=str(row.pk), changed=changed, user_id=user.pk)
    return row


@transaction.atomic
def delete(*, credential_id: UUID, user: Any) -> None:
    """Take it away for ever. Raises `CredentialNotFound`, `Forbidden`, and `CredentialInUse` with its users."""
    row = _locked(credential_id, user)
    used_by = users_of(row.pk)
    if used_by:
        raise CredentialInUse(usedBy=used_by)
    log.info("credential deleted", credential_id=str(row.pk), user_id=user.pk)
    row.delete()


def users_of(credential_id: UUID) -> list[dict[str, str]]:
    """The workflows whose published version names it: `{workflowId, code, name, node}`."""
    users: list[dict[str, str]] = import_string(settings.CREDENTIAL_USERS)(credential_id)
    return users


def checked_settings(kind: str, said: Mapping[str, Any]) -> dict[str, str]:
    """What belongs to a credential of this kind and is no secret; raises `CredentialInvalid`."""
    known = KINDS[kind]
    for name, value in said.items():
        if name not in known.settings or not isinstance(value, str | int) or not str(value).isprintable():
            raise CredentialInvalid(field=f"settings.{name}"[:100])
    written = {name: str(value).strip() for name, value in said.items() if str(value).strip()}
    for name in known.required:
        if name not in written:
            raise CredentialInvalid(field=f"settings.{name}")
    port = written.get("port", "1")
    if not (port.isdecimal() and len(port) <= 5 and 0 < int(port) <= LAST_PORT):
        raise CredentialInvalid(field="settings.port")
    return written


def hosts_for(kind: str, said: Sequence[str], chosen: Mapping[str, str]) -> list[str]:
    """Where it may go: what is said, else what its kind knows. Raises `CredentialInvalid` when nobody says it."""
    hosts = [host.strip().lower() for host in said if host.strip()]
    if any("/" in host or ":" in host or " " in host or len(host) > 253 for host in hosts):
        raise CredentialInvalid(field="hosts")
    if not hosts and chosen.get("baseUrl"):
        hosts = [_host_of(chosen["baseUrl"])]
    if not hosts and kind == WILDBERRIES:
        own = (settings.WB_API_BASE_URL, settings.WB_ANALYTICS_BASE_URL)
        hosts = [*KINDS[kind].hosts, *(urlsplit(url).hostname or "" for url in own)]
    hosts = list(dict.fromkeys(host for host in (hosts or KINDS[kind].hosts) if host))
    if KINDS[kind].bound and not hosts:
        raise CredentialInvalid(field="hosts")
    return hosts


def _host_of(base_url: str) -> str:
    try:
        return urlsplit(base_url).hostname or ""
    except ValueError:
        raise CredentialInvalid(field="settings.baseUrl") from None


def _refuse_diversion(row: Credential, wanted: Wanted) -> None:
    diverted = {
        "login": wanted.login is not None and wanted.login != credentials.unseal(row).login,
        "settings": wanted.settings is not None and checked_settings(row.kind, wanted.settings) != row.settings,
        "hosts": wanted.hosts is not None and hosts_for(row.kind, wanted.hosts, row.settings) != row.allowed_hosts,
    }
    field = next((name for name, changes in diverted.items() if changes), None)
    if field is not None:
        raise SecretNeeded(field=field)


def _locked(credential_id: UUID, user: Any) -> Credential:
    if not visible_to(user).filter(pk=credential_id).exists():
        raise CredentialNotFound(credential=str(credential_id))
    row = Credential.objects.select_for_update().get(pk=credential_id)
    accounts.require(user, "credential.manage", row.project_id)
    return row


def _save(row: Credential) -> None:
    adding = row._state.adding
    if not adding:
        row.updated_at = Clock()
    try:
        with transaction.atomic():
            row.save(force_insert=adding)
    except IntegrityError as error:
        raise CredentialNameTaken(field="name") from error
    row.refresh_from_db()


def _share(row: Credential, wanted: Wanted, user: Any) -> None:
    """Only with projects that the person belongs to."""
    if wanted.shared_with is not None:
        projects = [accounts.project_for(user, action="workflow.view", code=code) for code in wanted.shared_with]
        row.shared_with.set([project for project in projects if project != row.project_id])
