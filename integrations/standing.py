"""How things stand with the outside: which circuits are open, which buckets rest. Read from Valkey, nothing is kept."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal

import redis
from django.conf import settings

from integrations import breaker, limiter, valkey
from integrations.errors import BreakerNotFound, ValkeyAway

MOST: Final = 1000
"""How many are looked at; there is one per host and credential of the last quarter of an hour."""

YEAR_3000: Final = 32_503_680_000
"""In seconds."""

State = Literal["closed", "open", "half_open"]


@dataclass(frozen=True)
class Circuit:
    """A breaker. `key` names it, `credential` is an id or None; `until` is when an open one lets a probe through."""

    key: str
    credential: str | None
    host: str
    state: State
    failures: int
    successes: int
    trips: int
    until: datetime | None


@dataclass(frozen=True)
class Bucket:
    """A rate limit that rests, because of a 429 or because its tokens are used up, until `until`."""

    key: str
    reason: Literal["refused", "used_up"]
    until: datetime


def circuits() -> list[Circuit]:
    """Every breaker that has met a failure lately, the open ones first. Raises `ValkeyAway`."""
    found = [_circuit(name, fields, now) for name, fields, now in _rows(breaker.PREFIX)]
    order = ("open", "half_open", "closed")
    return sorted(found, key=lambda circuit: (order.index(circuit.state), circuit.key))


def buckets() -> list[Bucket]:
    """Every limit of our own calls that rests now, the longest rest first. Raises `ValkeyAway`."""
    found = []
    for name, fields, now in _rows(limiter.PREFIX):
        frozen, full, slack = (
            _number(fields, field) / limiter.MICROSECONDS for field in ("frozen_until", "full_at", "slack")
        )
        until = max(frozen, full - slack)
        if until > now and not name.startswith(limiter.INNER):
            found.append(Bucket(name, "refused" if frozen > now else "used_up", _moment(until)))
    return sorted(found, key=lambda bucket: bucket.until, reverse=True)


def close(key: str) -> None:
    """Forget a breaker, so that its host is called again at once. Raises `BreakerNotFound`, `ValkeyAway`."""
    try:
        gone = valkey.client(settings.REDIS_URL).delete(breaker.PREFIX + key)
    except redis.RedisError:
        raise ValkeyAway from None
    if not gone:
        raise BreakerNotFound(breaker=key[:200])


def _rows(prefix: str) -> Iterator[tuple[str, dict[str, Any], float]]:
    """Name, fields, and the server's time in seconds. What is no hash was written by nobody of ours."""
    client: Any = valkey.client(settings.REDIS_URL)
    try:
        seconds, micro = client.time()
        for number, name in enumerate(client.scan_iter(match=f"{prefix}*", count=500, _type="hash")):
            if number == MOST:
                return
            yield name.removeprefix(prefix), client.hgetall(name), seconds + micro / limiter.MICROSECONDS
    except redis.RedisError:
        raise ValkeyAway from None


def _number(fields: Mapping[str, Any], name: str) -> float:
    """0.0 also for what is no number, or one that no moment has: anybody who reaches Valkey may write there."""
    try:
        number = float(fields.get(name) or 0)
    except ValueError:
        return 0.0
    return number if math.isfinite(number) and 0 <= number < YEAR_3000 * limiter.MICROSECONDS else 0.0


def _circuit(key: str, fields: dict[str, Any], now: float) -> Circuit:
    open_until = _number(fields, "open_until") / 1000
    state: State = "closed" if not open_until else "open" if now < open_until else "half_open"
    credential, _at, host = key.partition("@")
    return Circuit(
        key=key,
        credential=None if credential == "-" else credential,
        host=host,
        state=state,
        failures=int(_number(fields, "bad")),
        successes=int(_number(fields, "good")),
        trips=int(_number(fields, "trips")),
        until=_moment(open_until) if state == "open" else None,
    )


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
