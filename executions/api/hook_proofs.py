"""Whether a call of a webhook comes from whom it should. Without a secret nothing is proved."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import structlog

from accounts import clock
from executions.errors import HookRefused
from executions.models import Listener
from integrations.errors import CredentialError
from integrations.secret import Secret
from integrations.vault import Vault

ID: Final = "webhook-id"
TIMESTAMP: Final = "webhook-timestamp"
SIGNATURE: Final = "webhook-signature"
TOLERANCE_SECONDS: Final = 300
MAX_ID: Final = 150

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Call:
    """A call as it came: header names in small letters, the body byte by byte."""

    method: str
    headers: Mapping[str, str]
    body: bytes


def verify(listener: Listener, call: Call) -> str:
    """The id of the delivery, if the proof that the hook asks for gives one; else "". Raises `HookRefused`.

    The refusal says nothing about the reason; the log does.
    """
    proof = listener.config.get("proof", "signed")
    if proof == "none":
        return ""
    check = _PROOFS.get(proof)
    secret = _secret(listener)
    if check is None or secret is None:
        log.warning("webhook has no secret to prove anything by", listener_id=str(listener.pk))
        raise HookRefused
    delivery = check(listener.config, call, secret)
    if delivery is None:
        log.warning("webhook refused", listener_id=str(listener.pk), proof=proof)
        raise HookRefused
    return delivery


def _secret(listener: Listener) -> Secret | None:
    named = listener.config.get("credential")
    if not named:
        return None
    try:
        secret = Vault.load(project_id=listener.project_id, own=[UUID(named)]).open(named)
    except CredentialError as error:
        log.warning("webhook's secret cannot be opened", listener_id=str(listener.pk), code=error.code)
        return None
    return secret if secret.value else None


def _signed(config: Mapping[str, Any], call: Call, secret: Secret) -> str | None:
    """HMAC-SHA256 over `id.timestamp.body`, as Standard Webhooks write it: `v1,` and base64, several by spaces."""
    delivery, moment = call.headers.get(ID, ""), call.headers.get(TIMESTAMP, "")
    if not 0 < len(delivery) <= MAX_ID or not (moment.isascii() and moment.isdigit() and len(moment) < 13):
        return None
    if abs(clock.read().timestamp() - int(moment)) > TOLERANCE_SECONDS:
        return None
    text = f"{delivery}.{moment}.".encode() + call.body
    key = _key(secret.value)
    if not key:  # `whsec_` and nothing behind it: anybody knows that key
        return None
    expected = base64.b64encode(hmac.digest(key, text, hashlib.sha256))
    given = [part.partition(",") for part in call.headers.get(SIGNATURE, "").split()[:10]]
    fits = [hmac.compare_digest(value.encode(), expected) for version, _comma, value in given if version == "v1"]
    return delivery if any(fits) else None


def _key(value: str) -> bytes:
    """`whsec_` is followed by base64; any other secret is the key as it is written."""
    if value.startswith("whsec_"):
        try:
            return base64.b64decode(value.removeprefix("whsec_"), validate=True)
        except (binascii.Error, ValueError):
            return value.encode()
    return value.encode()


def _sender(config: Mapping[str, Any], call: Call, secret: Secret) -> str | None:
    given = call.headers.get(str(config.get("signatureHeader", "")).lower(), "")
    algorithm = str(config.get("algorithm", "sha256"))
    digest = hmac.digest(secret.value.encode(), call.body, algorithm)
    expected = digest.hex() if config.get("encoding", "hex") == "hex" else base64.b64encode(digest).decode()
    given = given.removeprefix(f"{algorithm}=")
    return "" if given and hmac.compare_digest(given.encode(), expected.encode()) else None


def _header(config: Mapping[str, Any], call: Call, secret: Secret) -> str | None:
    """The headers that the credential would send elsewhere."""
    wanted = secret.headers()
    given = {name: call.headers.get(name.lower(), "") for name in wanted}
    fits = [hmac.compare_digest(given[name].encode(), value.encode()) for name, value in wanted.items()]
    return "" if fits and all(fits) else None


_PROOFS: Final = {"signed": _signed, "sender": _sender, "header": _header, "basic": _header}
