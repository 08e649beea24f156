"""The store of secrets: AES-256-GCM under keys that are not in the database.

The id of the row and its project are bound into the ciphertext, so it opens in no other row. The first key encrypts,
all of them decrypt: a new key is put in front, `manage.py rotate_credentials` re-encrypts, the old one is taken away.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.clock import Clock, Now
from integrations import safe_json
from integrations.credential_kinds import KINDS
from integrations.errors import CredentialInvalid, CredentialKeysInvalid, CredentialNotFound, CredentialUnreadable
from integrations.models import Credential
from integrations.secret import Secret

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
USE_NOTED_EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class Rotated:
    """What one batch of a rotation did; `last` is the last row that it looked at, None when there was none."""

    count: int
    unreadable: tuple[UUID, ...] = ()
    last: UUID | None = None


def seal(credential: Credential, *, value: str, login: str) -> None:
    """Put the secret into the unsaved row `credential`; raises `CredentialInvalid`, `CredentialKeysInvalid`."""
    _check(kind=credential.kind, value=value, login=login)
    key = keys()[0]
    nonce = secrets.token_bytes(NONCE_BYTES)
    text = safe_json.dumps({"login": login, "value": value}).encode()
    credential.key_id = _key_id(key)
    credential.ciphertext = nonce + AESGCM(key).encrypt(nonce, text, _bound_to(credential))


def usable_in(project_id: int) -> QuerySet[Credential]:
    """The credentials that workflows of the project may use: its own, and those that others share with it."""
    return Credential.objects.filter(Q(project_id=project_id) | Q(shared_with=project_id)).distinct()


def kinds_of(ids: Collection[UUID], project_id: int) -> Mapping[UUID, str]:
    """The kind of each of these credentials that workflows of the project may use."""
    return dict(usable_in(project_id).filter(id__in=ids, revoked_at=None).values_list("id", "kind"))


def reveal(credential_id: UUID, project_id: int) -> Secret:
    """The secret in clear; raises `CredentialNotFound` (another project's too) and `CredentialUnreadable`."""
    return unseal(_find(credential_id, project_id))


def unseal(credential: Credential) -> Secret:
    """The secret of the row in clear; raises `CredentialUnreadable`."""
    key = next((key for key in keys() if _key_id(key) == credential.key_id), None)
    if key is None:
        raise CredentialUnreadable(credential=str(credential.pk), key=credential.key_id)
    sealed = bytes(credential.ciphertext)
    try:
        text = AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _bound_to(credential))
    except InvalidTag:
        raise CredentialUnreadable(credential=str(credential.pk), key=credential.key_id) from None
    fields = safe_json.loads(text)
    return Secret(
        id=str(credential.pk),
        kind=credential.kind,
        value=fields["value"],
        login=fields["login"],
        hosts=tuple(credential.allowed_hosts),
        settings=credential.settings,
    )


def note_use(ids: Collection[UUID], execution_id: UUID) -> None:
    """Write down that a run has opened these, once a minute at most."""
    stale = Q(last_used_at=None) | Q(last_used_at__lt=Now() - USE_NOTED_EVERY)
    Credential.objects.filter(stale, id__in=ids).update(last_used_at=Clock(), last_execution_id=execution_id)


def outdated() -> QuerySet[Credential]:
    """The rows that are not encrypted with the first key."""
    return Credential.objects.exclude(key_id=_key_id(keys()[0])).order_by("id")


def rotate(limit: int = 100, *, after: UUID | None = None) -> Rotated:
    """Re-encrypt at most `limit` rows behind `after` with the first key, each in a transaction of its own.

    Runs beside work in progress, and as often as one likes: every row opens before and after. A row that does not open
    is left as it is.
    """
    rows = outdated() if after is None else outdated().filter(id__gt=after)
    ids = list(rows.values_list("id", "project_id")[:limit])
    unreadable: list[UUID] = []
    for credential_id, project_id in ids:
        try:
            _reseal(credential_id, project_id)
        except CredentialNotFound:
            continue  # deleted meanwhile
        except CredentialUnreadable:
            unreadable.append(credential_id)
    return Rotated(len(ids) - len(unreadable), tuple(unreadable), ids[-1][0] if ids else None)


@transaction.atomic
def _reseal(credential_id: UUID, project_id: int) -> None:
    credential = _find(credential_id, project_id, for_update=True)
    secret = unseal(credential)
    seal(credential, value=secret.value, login=secret.login)
    credential.save(update_fields=["key_id", "ciphertext"])


def keys() -> list[bytes]:
    """The installation's keys, the newest first; raises `CredentialKeysInvalid`."""
    if not settings.CREDENTIAL_KEYS:
        raise CredentialKeysInvalid
    return [_decode(text) for text in settings.CREDENTIAL_KEYS]


def _find(credential_id: UUID, project_id: int, *, for_update: bool = False) -> Credential:
    rows = Credential.objects.filter(id=credential_id, project_id=project_id)
    credential = (rows.select_for_update() if for_update else rows).first()
    if credential is None:
        raise CredentialNotFound(credential=str(credential_id))
    return credential


def _check(*, kind: str, value: str, login: str) -> None:
    known = KINDS.get(kind)
    if known is None:
        raise CredentialInvalid(field="kind")
    line = value.replace("\n", "").replace("\r", "") if known.lines else value
    if not value or not line.isprintable():
        raise CredentialInvalid(field="value")
    if known.login and not (login and login.isprintable()):
        raise CredentialInvalid(field="login")


def _bound_to(credential: Credential) -> bytes:
    return f"{credential.pk}:{credential.project_id}".encode()


def _key_id(key: bytes) -> str:
    return hashlib.sha256(key).hexdigest()[:16]


def _decode(text: str) -> bytes:
    """32 bytes in either alphabet of base64."""
    try:
        key = base64.b64decode(text.translate(str.maketrans("-_", "+/")), validate=True)
    except (binascii.Error, ValueError):
        raise CredentialKeysInvalid from None
    if len(key) != KEY_BYTES:
        raise CredentialKeysInvalid
    return key
