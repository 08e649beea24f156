"""What a Wildberries token says about itself. It is read, never verified: only Wildberries can do that."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from integrations.safe_json import UnsafeJSON, loads
from integrations.wildberries.limits import TokenKind

KINDS: dict[int, TokenKind] = {1: "basic", 2: "test", 3: "personal", 4: "service"}
"""Claim `acc`."""


@dataclass(frozen=True)
class TokenInfo:
    """`seller` keys the rate limits and is no secret; an unreadable token counts as personal, a seller of its own."""

    seller: str
    kind: TokenKind
    expires_at: datetime | None


def bare(token: str) -> str:
    """The token without surrounding space and without a pasted `Bearer` prefix."""
    token = token.strip()
    prefix, _, rest = token.partition(" ")
    return rest.strip() if prefix.lower() == "bearer" else token


def read(token: str) -> TokenInfo:
    """Claims `sid`, `acc` and `exp` of the token, as far as it can be read. Never raises."""
    claims = _claims(token)
    seller, kind, expires = claims.get("sid"), claims.get("acc"), claims.get("exp")
    return TokenInfo(
        seller=seller if isinstance(seller, str) and seller else _fingerprint(token),
        kind=KINDS.get(kind, "personal") if isinstance(kind, int) else "personal",
        expires_at=_moment(expires),
    )


def _claims(token: str) -> dict[str, Any]:
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        body = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        claims = loads(body)
    except (binascii.Error, UnsafeJSON, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}


def _fingerprint(token: str) -> str:
    """Tells unreadable tokens apart without giving them away."""
    return hashlib.sha256(token.encode()).hexdigest()[:16]


def _moment(seconds: object) -> datetime | None:
    if not isinstance(seconds, int) or isinstance(seconds, bool):
        return None
    try:
        return datetime.fromtimestamp(seconds, tz=UTC)
    except (OverflowError, OSError, ValueError):
        return None
