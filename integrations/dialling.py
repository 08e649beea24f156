"""Doors that are not HTTP: databases and mail servers named by a credential, under the same rules as any address.

The name is resolved and checked once, and the connection goes to the checked address.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from integrations.credential_kinds import IMAP, POSTGRES, REDIS, SMTP
from integrations.errors import CredentialInvalid, TimedOut, Unreachable
from integrations.name_lookup import in_time
from integrations.secret import Secret
from integrations.targets import TargetRules, rules

CONNECT_SECONDS: Final = 5.0
PORTS: Final[Mapping[str, tuple[int, ...]]] = {
    POSTGRES: (5432, 6432),
    REDIS: (6379, 6380),
    SMTP: (587, 465, 25, 2525),
    IMAP: (993, 143),
}
"""The usual ports of each kind, the first by default; another one must be named in OUTBOUND_ALLOW."""
SCHEMES: Final[Mapping[str, tuple[str, ...]]] = {POSTGRES: ("postgres", "postgresql"), REDIS: ("redis", "rediss")}


@dataclass(frozen=True)
class Endpoint:
    """Where a credential leads: `address` is the checked one to connect to, `host` the name for TLS."""

    host: str
    port: int
    address: str
    scheme: str = ""
    login: str = ""
    password: str = ""
    path: str = ""
    options: Mapping[str, str] | None = None


def endpoint(secret: Secret, targets: TargetRules | None = None) -> Endpoint:
    """Where the credential leads, checked. Raises `CredentialInvalid`, `ForbiddenTarget`, `Unreachable`, `TimedOut`."""
    found = _of_url(secret) if secret.kind in SCHEMES else _of_settings(secret)
    return _checked(found, PORTS[secret.kind], targets or rules())


def knock(secret: Secret) -> None:
    """Connect and hang up. Raises `OutboundError`, `CredentialError`."""
    place = endpoint(secret)
    try:
        socket.create_connection((place.address, place.port), CONNECT_SECONDS).close()
    except TimeoutError:
        raise TimedOut(host=place.host) from None
    except OSError:
        raise Unreachable(host=place.host) from None


def _checked(found: Endpoint, ports: tuple[int, ...], targets: TargetRules) -> Endpoint:
    try:
        addresses = in_time(lambda: targets.addresses(found.host, found.port, ports=ports), seconds=CONNECT_SECONDS)
    except TimeoutError:
        raise TimedOut(host=found.host) from None
    except OSError:
        raise Unreachable(host=found.host) from None
    if not addresses:
        raise Unreachable(host=found.host)
    return Endpoint(**{**vars(found), "address": addresses[0]})


def _of_url(secret: Secret) -> Endpoint:
    """From `postgresql://login:password@host:port/name?options`. One host, and no socket files."""
    try:
        parts = urlsplit(secret.value.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise CredentialInvalid(field="value", credential=secret.id) from None
    if parts.scheme not in SCHEMES[secret.kind] or not host or "," in parts.netloc or "%" in host:
        raise CredentialInvalid(field="value", credential=secret.id)
    return Endpoint(
        host=host,
        port=port or PORTS[secret.kind][0],
        address="",
        scheme=parts.scheme,
        login=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        path=unquote(parts.path.lstrip("/")),
        options=dict(parse_qsl(parts.query)),
    )


def _of_settings(secret: Secret) -> Endpoint:
    said: Mapping[str, Any] = secret.settings
    port = str(said.get("port") or PORTS[secret.kind][0])
    return Endpoint(
        host=str(said.get("host", "")).lower(),
        port=int(port),
        address="",
        scheme=str(said.get("security", "")),
        login=secret.login,
        password=secret.value,
    )
