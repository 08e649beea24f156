"""How often each Wildberries method may be called: per seller profile and per type of token (published limits)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

TokenKind = Literal["basic", "test", "personal", "service"]
Method = Literal[
    "count", "adverts", "fullstats", "normquery_v0", "normquery_v1", "upd", "budget", "orders", "sales", "ping"
]

Service = Literal["promotion", "statistics"]
"""Each has an address of its own."""

HOUR = 3600.0


@dataclass(frozen=True)
class Limit:
    """A token bucket: `burst` requests at once, and one more every `interval` seconds."""

    interval: float
    burst: int


FULL: dict[Method, Limit] = {
    "count": Limit(0.2, 5),
    "adverts": Limit(0.2, 5),
    "fullstats": Limit(20.0, 1),
    "normquery_v0": Limit(6.0, 20),
    "normquery_v1": Limit(6.0, 20),
    "upd": Limit(1.0, 5),
    "budget": Limit(3.0, 4),
    "orders": Limit(60.0, 10),
    "sales": Limit(60.0, 1),
    "ping": Limit(10.0, 3),
}
"""Personal and service tokens."""

BASIC: dict[Method, Limit] = {
    "count": Limit(HOUR / 4, 1),
    "adverts": Limit(HOUR, 1),
    "fullstats": Limit(HOUR, 1),
    "normquery_v0": Limit(HOUR / 5, 1),
    "normquery_v1": Limit(HOUR / 2, 1),
    "upd": Limit(HOUR, 1),
    "budget": Limit(HOUR / 4, 1),
    "orders": Limit(3 * HOUR, 1),
    "sales": Limit(2 * HOUR, 1),
    "ping": Limit(10.0, 3),
}


def limit_of(method: Method, kind: TokenKind) -> Limit:
    """The published limit of a method for this kind of token."""
    return BASIC[method] if kind == "basic" else FULL[method]


def service_of(method: Method) -> Service:
    """Where a method lives; `ping` is everywhere."""
    return "statistics" if method in ("orders", "sales") else "promotion"
