"""What a Wildberries token says about itself. It is read, never verified: only Wildberries can do that."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from integrations.safe_json import UnsafeJSON, loads
from integrations.wildberries.batches import moscow_day
from integrations.wildberries.limits import TokenKind

KINDS: dict[int, TokenKind] = {1: "basic", 2: "test", 3: "personal", 4: "service"}
"""Claim `acc`."""

CATEGORIES: dict[int, str] = {
    1: "content",
    2: "analytics",
    3: "prices",
    4: "marketplace",
    5: "statistics",
    6: "promotion",
    7: "feedbacks",
    9: "chat",
    10: "supplies",
    11: "returns",
    12: "documents",
    13: "finance",
    16: "users",
}
"""Bits of the claim `s`: what the token may do."""

READ_ONLY_BIT = 30
WARNING_DAYS = 14
"""How long before its end people are told that a token expires."""


@dataclass(frozen=True)
class TokenInfo:
    """`seller` keys the rate limits and is no secret; an unreadable token counts as personal, a seller of its own.

    `categories` is None where the token does not say what it may do.
    """

    seller: str
    kind: TokenKind
    expires_at: datetime | None
    categories: tuple[str, ...] | None = None
    read_only: bool = False

    def days_left(self, today: date) -> int | None:
        """Full days from `today` (in Moscow) until it expires, negative when it has; None when it does not say."""
        return (moscow_day(self.expires_at) - today).days if self.expires_at else None


def bare(token: str) -> str:
    """The token without surrounding space and without a pasted `Bearer` prefix."""
    token = token.strip()
    prefix, _, rest = token.partition(" ")
    return rest.strip() if prefix.lower() == "bearer" else token


def read(token: str) -> TokenInfo:
    """Claims `sid`, `acc`, `exp` and `s` of the token, as far as it can be read. Never raises."""
    claims = _claims(token)
    seller, kind, expires, rights = (claims.get(name) for name in ("sid", "acc", "exp", "s"))
    bits = rights if isinstance(rights, int) and not isinstance(rights, bool) else None
    return TokenInfo(
        seller=seller if isinstance(seller, str) and seller else _fingerprint(token),
        kind=KINDS.get(kind, "personal") if isinstance(kind, int) else "personal",
        expires_at=_moment(expires),
        categories=None if bits is None else tuple(name for bit, name in CATEGORIES.items() if bits >> bit & 1),
        read_only=bits is not None and bool(bits >> READ_ONLY_BIT & 1),
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
