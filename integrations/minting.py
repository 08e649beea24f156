"""Access tokens that a service gives for a secret: fetched once, kept in this process until shortly before their end.

They are never written anywhere else. A changed secret has a fingerprint of its own, so it gets a new token.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from integrations import refreshing
from integrations.credential_kinds import BEARER, GOOGLE, OAUTH2, OAUTH2_REFRESH
from integrations.errors import CredentialInvalid, InvalidAnswer
from integrations.secret import Secret

MINTED_KINDS: Final = (OAUTH2, OAUTH2_REFRESH, GOOGLE)
MARGIN_SECONDS: Final = 60.0
"""A token is not used in its last minute: the call that carries it takes time."""
TERM_SECONDS: Final = 3600
"""How long a token lives when the service does not say, and what Google is asked for."""
LONGEST_TERM: Final = 10
"""Digits of a term that is believed."""
KEPT: Final = 500
GOOGLE_TOKEN_URL: Final = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
GOOGLE_SCOPE: Final = "https://www.googleapis.com/auth/spreadsheets https://www.googleapis.com/auth/drive"

Exchange = Callable[[str, Mapping[str, str], Secret | None], Any]
"""Address, form and credential to the JSON that the service answers; raises `OutboundError`."""

_tokens: dict[str, tuple[float, str]] = {}
"""By fingerprint: until when (monotonic), and the token."""
_lock = threading.Lock()


def as_bearer(secret: Secret, exchange: Exchange) -> Secret:
    """The secret that really travels: one whose kind needs it is changed into a token at its service.

    Raises `OutboundError` and `CredentialInvalid`.
    """
    if secret.kind not in MINTED_KINDS:
        return secret
    name = _fingerprint(secret)
    with _lock:
        until, token = _tokens.get(name, (0.0, ""))
    if until <= time.monotonic():
        answer = _WAYS[secret.kind](secret, exchange)
        token = _token_of(answer)
        _keep(name, token, answer.get("expires_in"))
    return Secret(id=secret.id, kind=BEARER, value=token, hosts=secret.hosts)


def forget(secret: Secret) -> None:
    """The service has refused its own token: fetch another one the next time."""
    with _lock:
        _tokens.pop(_fingerprint(secret), None)


def _from_oauth(secret: Secret, exchange: Exchange) -> Any:
    form = {"grant_type": "client_credentials"}
    form |= {name: secret.settings[name] for name in ("scope", "audience") if secret.settings.get(name)}
    client = Secret(id=secret.id, kind="basic", value=secret.value, login=secret.login)
    return exchange(secret.settings.get("tokenUrl", ""), form, client)


def _from_google(secret: Secret, exchange: Exchange) -> Any:
    import jwt  # with what it takes of `cryptography` three megabytes, for the few processes that ask Google

    try:
        key = json.loads(secret.value)
        url = key.get("token_uri") or GOOGLE_TOKEN_URL
        now = int(time.time())
        claims = {
            "iss": key["client_email"],
            "scope": secret.settings.get("scope") or GOOGLE_SCOPE,
            "aud": url,
            "iat": now,
            "exp": now + TERM_SECONDS,
        }
        assertion = jwt.encode(claims, key["private_key"], "RS256", headers={"kid": key.get("private_key_id")})
    except (ValueError, KeyError, AttributeError, TypeError, jwt.PyJWTError):
        raise CredentialInvalid(field="value", credential=secret.id) from None
    return exchange(url, {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion}, None)


_WAYS: Final = {OAUTH2: _from_oauth, OAUTH2_REFRESH: refreshing.refreshed, GOOGLE: _from_google}


def _token_of(answer: Any) -> str:
    token = answer.get("access_token") if isinstance(answer, Mapping) else None
    if not isinstance(token, str) or not token or not token.isprintable():
        raise InvalidAnswer(reason="no_access_token")
    return token


def _keep(name: str, token: str, expires_in: Any) -> None:
    said = str(expires_in)
    term = float(said) if said.isdecimal() and len(said) < LONGEST_TERM else TERM_SECONDS
    with _lock:
        if len(_tokens) >= KEPT:
            _tokens.clear()
        _tokens[name] = (time.monotonic() + term - MARGIN_SECONDS, token)


def _fingerprint(secret: Secret) -> str:
    value = refreshing.lasting(secret.value) if secret.kind == OAUTH2_REFRESH else secret.value
    whole = json.dumps([secret.id, secret.kind, secret.login, value, sorted(secret.settings.items())])
    return hashlib.sha256(whole.encode()).hexdigest()
