"""The store of secrets: AES-256-GCM under keys that are not in the database.

The id of the row and its project are bound into the ciphertext, so it opens in no other row. The first key encrypts,
all of them decrypt: a new key is put in front, `manage.py rotate_credentials` re-encrypts, the old one is taken away.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import transaction

from integrations import safe_json
from integrations.errors import CredentialInvalid, CredentialKeysInvalid, CredentialNotFound, CredentialUnreadable
from integrations.models import Credential

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
MASK: Final = "••••••••"


@dataclass(frozen=True)
class Secret:
    """A secret in clear, for the time of a call. Its representation shows nothing.

    `value` is the token, password or header value; `login` the user name (basic) or the header's name (header).
    Without `hosts` it may go anywhere; with them only there (`*.example.org` covers subdomains).
    """

    id: str
    kind: str
    value: str
    login: str = ""
    hosts: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Secret(id={self.id!r}, kind={self.kind!r}, value={MASK!r})"

    def headers(self) -> dict[str, str]:
        """The request headers that carry it."""
        if self.kind == Credential.Kind.BASIC:
            pair = base64.b64encode(f"{self.login}:{self.value}".encode()).decode()
            return {"Authorization": f"Basic {pair}"}
        if self.kind == Credential.Kind.HEADER:
            return {self.login: self.value}
        token = self.value.removeprefix("Bearer ").strip()
        return {"Authorization": f"Bearer {token}"}

    def may_go_to(self, host: str) -> bool:
        """Whether the secret may be sent to `host` (a name in lower case, without port)."""
        return not self.hosts or any(_covers(pattern.lower(), host) for pattern in self.hosts)


def seal(credential: Credential, *, value: str, login: str) -> None:
    """Put the secret into the unsaved row `credential`; raises `CredentialInvalid`, `CredentialKeysInvalid`."""
    _check(kind=credential.kind, value=value, login=login)
    key = keys()[0]
    nonce = secrets.token_bytes(NONCE_BYTES)
    text = safe_json.dumps({"login": login, "value": value}).encode()
    credential.key_id = _key_id(key)
    credential.ciphertext = nonce + AESGCM(key).encrypt(nonce, text, _bound_to(credential))


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
    )


def rotate(limit: int = 100) -> int:
    """Re-encrypt at most `limit` rows with the first key, each in a transaction of its own; returns how many.

    Runs beside work in progress: every row opens before and after. Raises `CredentialUnreadable`.
    """
    newest = _key_id(keys()[0])
    old = list(Credential.objects.exclude(key_id=newest).order_by("id").values_list("id", "project_id")[:limit])
    for credential_id, project_id in old:
        with transaction.atomic():
            credential = _find(credential_id, project_id, for_update=True)
            secret = unseal(credential)
            seal(credential, value=secret.value, login=secret.login)
            credential.save(update_fields=["key_id", "ciphertext"])
    return len(old)


def redact(text: str, known: Iterable[Secret | str]) -> str:
    """`text` with every known secret masked, also in its base64, URL-encoded and hexadecimal forms."""
    values: set[str] = set()
    for secret in known:
        values |= {secret.value, *secret.headers().values()} if isinstance(secret, Secret) else {secret}
    for form in sorted({form for value in values for form in _forms(value)}, key=len, reverse=True):
        text = text.replace(form, MASK)
    return text


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
    if kind not in Credential.Kind.values:
        raise CredentialInvalid(field="kind")
    if not value or not value.isprintable():
        raise CredentialInvalid(field="value")
    if kind in (Credential.Kind.BASIC, Credential.Kind.HEADER) and not (login and login.isprintable()):
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


def _covers(pattern: str, host: str) -> bool:
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern


def _forms(value: str) -> set[str]:
    """The ways in which a secret may turn up in a text; a very short one would mask half of every text."""
    if len(value) < 4:
        return set()
    raw = value.encode()
    return {
        value,
        quote(value, safe=""),
        base64.b64encode(raw).decode().rstrip("="),
        base64.urlsafe_b64encode(raw).decode().rstrip("="),
        raw.hex(),
    }
