"""When the next request may go: one bucket per seller, kind of token and method, shared by all workers.

Wildberries' own hosts are asked as often as it publishes and no oftener. Any other server of that API (a sandbox, a
stand) sets the pace by its answers: nothing is held back until it says 429.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

from integrations import limiter
from integrations.errors import RateLimited
from integrations.wildberries.forecast import Slots
from integrations.wildberries.limits import Method, limit_of
from integrations.wildberries.tokens import TokenInfo

PATIENCE_SECONDS = 2.0
"""How long a worker waits in place; a farther slot is the step's to wait for."""

REST_HEADERS = ("X-Ratelimit-Retry", "Retry-After", "X-Ratelimit-Reset")
REST_SECONDS = 20.0
"""How long to rest after a 429 that does not say."""

MAX_REST_SECONDS = 6 * 3600.0


class Pace:
    """The pace of one token at one server."""

    def __init__(self, *, base_url: str, token: TokenInfo) -> None:
        address = urlsplit(base_url)
        self._published = (address.hostname or "").endswith(".wildberries.ru")
        self._token = token
        self._prefix = f"wildberries:{address.netloc.rpartition('@')[2]}:{token.seller}:{token.kind}"

    def wait_turn(self, method: Method) -> None:
        """Takes a slot, waiting for it up to two seconds. Raises `RateLimited` when it is farther away."""
        while (wait := self._seconds_to_slot(method)) > 0:
            if wait > PATIENCE_SECONDS:
                raise RateLimited(retry_after=wait, method=method)
            time.sleep(wait)

    def slow_down(self, method: Method, headers: Mapping[str, str]) -> float:
        """After a 429: nobody with this token calls the method for the seconds that it says, which are returned."""
        seconds = rest_of(headers)
        limiter.freeze(self._key(method), seconds)
        return seconds

    def slots(self, method: Method) -> Slots:
        """The places in time that the method has from now on, as the bucket stands; nothing is taken."""
        key = self._key(method)
        limit = limit_of(method, self._token.kind) if self._published else None
        return Slots(limit, rest=limiter.frozen(key), backlog=limiter.backlog(key) if limit else 0.0)

    def _seconds_to_slot(self, method: Method) -> float:
        if not self._published:
            return limiter.frozen(self._key(method))
        limit = limit_of(method, self._token.kind)
        return limiter.acquire(self._key(method), rate=1, interval=limit.interval, burst=limit.burst)

    def _key(self, method: Method) -> str:
        return f"{self._prefix}:{method}"


def rest_of(headers: Mapping[str, str]) -> float:
    """The seconds to rest after a 429, as the best of its headers says; dates and nonsense are passed over."""
    for name in REST_HEADERS:
        try:
            seconds = float(headers.get(name, ""))
        except ValueError:
            continue
        if math.isfinite(seconds) and seconds >= 0:
            return min(seconds, MAX_REST_SECONDS)
    return REST_SECONDS
