"""Trying a credential out: one harmless call that shows whether it opens the door, before a workflow depends on it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from accounts import services as accounts
from integrations import credentials, dialling, minting
from integrations.credential_kinds import IMAP, OPENAI, POSTGRES, REDIS, SMTP, TELEGRAM
from integrations.errors import CredentialError, CredentialNotFound, OutboundError
from integrations.http import CallScope, Door
from integrations.keeping_credentials import visible_to
from integrations.redaction import Redactor
from integrations.redis_door import RedisDoor
from integrations.secret import Secret
from integrations.sql import SqlDoor

TRY_SECONDS = 15.0


@dataclass(frozen=True)
class Trial:
    """What came of it. `ok` is None where there is nothing to be asked without an address."""

    ok: bool | None
    code: str
    message: str
    details: dict[str, Any]
    seconds: float


def try_out(*, credential_id: UUID, user: Any, url: str | None = None) -> Trial:
    """Call the service of the credential, or `url`, and say what came of it, without the secret.

    Raises `CredentialNotFound` and `Forbidden`; everything else is in the answer.
    """
    row = visible_to(user).filter(pk=credential_id).first()
    if row is None:
        raise CredentialNotFound(credential=str(credential_id))
    accounts.require(user, "credential.manage", row.project_id)
    begun = time.monotonic()
    redactor = Redactor()
    try:
        secret = credentials.unseal(row)
        redactor = Redactor([secret])
        _release_connection()
        known = _try(secret, url)
    except (OutboundError, CredentialError) as error:
        details = redactor.value(dict(error.details))
        return Trial(False, error.code, redactor.text(str(error.message)), details, time.monotonic() - begun)
    return Trial(True if known else None, "ok" if known else "nothing_to_ask", "", {}, time.monotonic() - begun)


def _try(secret: Secret, url: str | None) -> bool:
    """Whether anything was asked; raises `OutboundError` and `CredentialError` when it did not work."""
    scope = CallScope(deadline=time.monotonic() + TRY_SECONDS)
    door = Door(scope)
    if secret.kind == POSTGRES:
        SqlDoor(scope).query(secret, "SELECT 1")
        return True
    if secret.kind == REDIS:
        RedisDoor(scope).ping(secret)
        return True
    if secret.kind in (SMTP, IMAP):
        dialling.knock(secret)
        return True
    if url is None and secret.kind == TELEGRAM:
        door.request("GET", f"https://api.telegram.org/bot{secret.value}/getMe").raise_for_status()
        return True
    if url is None and secret.kind == OPENAI:
        url = secret.settings["baseUrl"].rstrip("/") + "/models"
    if url is None:
        if secret.kind in minting.MINTED_KINDS:
            minting.forget(secret)
            door.token_for(secret)
        return secret.kind in minting.MINTED_KINDS
    door.request("GET", url, credential=secret).raise_for_status()
    return True


def _release_connection() -> None:
    """A slow service must not hold one of the database's connections."""
    if connection.settings_dict["OPTIONS"].get("pool") and not connection.in_atomic_block:
        connection.close()
