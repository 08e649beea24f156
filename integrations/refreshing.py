"""Access tokens for a refresh token that a person has once consented to.

The secret is the JSON that Google calls an authorised user: `{"client_id", "client_secret", "refresh_token"}`. Services
that give a new refresh token with each access token take the old one back, so workers ask one after the other, and the
new one is kept before its lock is given up.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from django.db import connection, transaction

from integrations import credentials
from integrations.errors import CredentialInvalid
from integrations.models import Credential
from integrations.secret import Secret

LOCK: Final = "credential.refresh"


def refreshed(secret: Secret, exchange: Callable[[str, Mapping[str, str], Secret | None], Any]) -> Any:
    """What the service answers to the stored refresh token. One transaction, under a lock on this credential.

    Raises `OutboundError` and `CredentialInvalid`.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s), hashtext(%s))", [LOCK, secret.id])
        row = Credential.objects.filter(pk=secret.id).first()
        newest = secret if row is None else credentials.unseal(row)
        client = _read(newest)
        form = {
            "grant_type": "refresh_token",
            "refresh_token": client["refresh_token"],
            "client_id": client["client_id"],
        }
        if client.get("client_secret"):
            form["client_secret"] = client["client_secret"]
        answer = exchange(newest.settings.get("tokenUrl", ""), form, None)
        given = answer.get("refresh_token") if isinstance(answer, Mapping) else None
        if row is not None and isinstance(given, str) and given and given != client["refresh_token"]:
            credentials.seal(row, value=json.dumps({**client, "refresh_token": given}), login=newest.login)
            row.save(update_fields=["key_id", "ciphertext"])
    return answer


def lasting(value: str) -> str:
    """The part of the secret that no refresh changes: by it a token that was fetched is known again."""
    try:
        client = json.loads(value)
    except ValueError:
        return value
    return json.dumps([client.get("client_id"), client.get("client_secret")]) if isinstance(client, Mapping) else value


def _read(secret: Secret) -> dict[str, str]:
    try:
        client = json.loads(secret.value)
    except ValueError:
        client = None
    known = isinstance(client, dict) and all(
        isinstance(client.get(name), str) for name in ("client_id", "refresh_token")
    )
    if not known:
        raise CredentialInvalid(field="value", credential=secret.id)
    return dict(client)
