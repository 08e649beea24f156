"""The shared memory of all processes: small numbers that may be lost at any moment (breakers, limits).

Everything here is a help, never the truth, so a Valkey that is away or frozen must cost nearly nothing:
after a failure this process does not ask again for a few seconds. What a script cannot work with was written by nobody
of ours: it is forgotten, or it would stay in the way for ever.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Sequence
from typing import Any

import redis
import structlog
from django.conf import settings

REST_SECONDS = 5.0

_resting: dict[str, float] = {}
"""Until when (monotonic) a server that was away is not asked."""

log = structlog.get_logger(__name__)


@functools.cache
def client(url: str) -> redis.Redis:
    """The connection pool of this process for `url`; answers come within `VALKEY_SECONDS` or not at all."""
    return redis.Redis.from_url(
        url,
        socket_timeout=settings.VALKEY_SECONDS,
        socket_connect_timeout=settings.VALKEY_SECONDS,
        retry=None,
        health_check_interval=30,
        decode_responses=True,
        encoding_errors="replace",  # anybody who reaches the server may write there
    )


class SharedScript:
    """One Lua script that runs in the server, so that all processes see one order of events."""

    def __init__(self, source: str) -> None:
        self._script = redis.Redis().register_script(source)

    def run(self, keys: Sequence[str], args: Sequence[Any], *, otherwise: Any) -> Any:
        """The script's answer; `otherwise` while Valkey is away. Keys that hold something strange begin anew."""
        url = settings.REDIS_URL
        if time.monotonic() < _resting.get(url, 0.0):
            return otherwise
        server = client(url)
        try:
            try:
                return self._script(keys=keys, args=args, client=server)
            except redis.ResponseError as error:
                if type(error) is not redis.ResponseError:  # others tell of the server: it is full, it only reads, …
                    raise
                log.warning("valkey_strange", keys=keys, error=str(error)[:200])
                server.delete(*keys)
                return self._script(keys=keys, args=args, client=server)
        except redis.RedisError as error:
            _resting[url] = time.monotonic() + REST_SECONDS
            log.warning("valkey_away", error=type(error).__name__, rest_seconds=REST_SECONDS)
            return otherwise
