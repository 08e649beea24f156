"""What is known about the installation's Wildberries token: what it says of itself, and whether Wildberries takes it.

The token itself is never told.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, Literal, get_args

from django.conf import settings

from integrations.errors import OutboundError
from integrations.scope import CallScope
from integrations.wildberries import tokens
from integrations.wildberries.batches import moscow_day
from integrations.wildberries.client import WildberriesClient
from integrations.wildberries.errors import TokenMissing, wording
from integrations.wildberries.limits import Service, TokenKind
from integrations.wildberries.tokens import WARNING_DAYS, TokenInfo

Trouble = Literal["missing", "unreadable", "expired", "expires_soon", "no_promotion", "no_statistics"]

NEEDED: Final[dict[str, Trouble]] = {"promotion": "no_promotion", "statistics": "no_statistics"}
"""Categories that the nodes need, and the warning where the token has them not."""


@dataclass(frozen=True)
class Ping:
    """Whether a service of Wildberries takes the token; `error` says in words why not."""

    service: Service
    ok: bool
    error: str | None = None


@dataclass(frozen=True)
class TokenCard:
    """`seller` is the token's own name for the seller, no secret. `days_left` counts full days in Moscow."""

    configured: bool
    readable: bool
    kind: TokenKind | None
    seller: str | None
    expires_at: datetime | None
    days_left: int | None
    categories: tuple[str, ...] | None
    read_only: bool
    warnings: tuple[Trouble, ...]
    pings: tuple[Ping, ...] = ()


def look(*, ping: bool) -> TokenCard:
    """The card of `WB_API_KEY`. With `ping` both services are asked, twenty seconds at most."""
    token = tokens.bare(settings.WB_API_KEY)
    if not token:
        return TokenCard(False, False, None, None, None, None, None, False, ("missing",))
    info = tokens.read(token)
    today = moscow_day(datetime.now(UTC))
    readable = info.expires_at is not None or info.categories is not None
    return TokenCard(
        configured=True,
        readable=readable,
        kind=info.kind if readable else None,
        seller=info.seller if readable else None,
        expires_at=info.expires_at,
        days_left=info.days_left(today),
        categories=info.categories,
        read_only=info.read_only,
        warnings=tuple(_warnings(info, today, readable=readable)),
        pings=tuple(_ping(service) for service in get_args(Service)) if ping else (),
    )


def _warnings(info: TokenInfo, today: date, *, readable: bool) -> Iterable[Trouble]:
    days_left = info.days_left(today)
    if not readable:
        yield "unreadable"
    if days_left is not None and days_left <= WARNING_DAYS:
        yield "expired" if days_left < 0 else "expires_soon"
    if info.categories is not None:
        yield from (trouble for category, trouble in NEEDED.items() if category not in info.categories)


def _ping(service: Service) -> Ping:
    try:
        WildberriesClient.connect(CallScope()).ping(service)
    except (OutboundError, TokenMissing) as error:
        return Ping(service, ok=False, error=wording(error))
    return Ping(service, ok=True)
