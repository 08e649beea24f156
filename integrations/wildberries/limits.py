"""How often each Wildberries method may be called: per seller profile and per type of token (published limits)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

TokenKind = Literal["basic", "test", "personal", "service"]
Method = Literal["count", "adverts", "fullstats", "normquery_v0", "normquery_v1", "orders", "sales"]

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
    "orders": Limit(60.0, 10),
    "sales": Limit(60.0, 1),
}
"""Personal and service tokens."""

BASIC: dict[Method, Limit] = {
    "count": Limit(HOUR / 4, 1),
    "adverts": Limit(HOUR, 1),
    "fullstats": Limit(HOUR, 1),
    "normquery_v0": Limit(HOUR / 5, 1),
    "normquery_v1": Limit(HOUR / 2, 1),
    "orders": Limit(3 * HOUR, 1),
    "sales": Limit(2 * HOUR, 1),
}


def limit_of(method: Method, kind: TokenKind) -> Limit:
    """The published limit of a method for this kind of token."""
    return BASIC[method] if kind == "basic" else FULL[method]
