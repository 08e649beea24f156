"""Token buckets as Wildberries keeps them: per seller, kind of token and method."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass

from integrations.wildberries.limits import Limit


@dataclass
class _Bucket:
    tokens: float
    filled_at: float


class Buckets:
    """Counts every request; only an enforcing one refuses. `clock` gives seconds that never go back."""

    def __init__(self, *, enforced: bool, clock: Callable[[], float]) -> None:
        self._enforced = enforced
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: dict[tuple[str, ...], _Bucket] = {}

    def take(self, key: tuple[str, ...], limit: Limit) -> tuple[bool, dict[str, str]]:
        """Whether the request may pass, and the `X-Ratelimit-*` headers of its answer."""
        with self._lock:
            bucket = self._filled(key, limit)
            if bucket.tokens < 1 and self._enforced:
                missing = 1 - bucket.tokens
                return False, {
                    "X-Ratelimit-Limit": str(limit.burst),
                    "X-Ratelimit-Retry": str(math.ceil(missing * limit.interval)),
                    "X-Ratelimit-Reset": str(math.ceil((limit.burst - bucket.tokens) * limit.interval)),
                }
            bucket.tokens = max(0.0, bucket.tokens - 1)
            return True, {
                "X-Ratelimit-Limit": str(limit.burst),
                "X-Ratelimit-Remaining": str(math.floor(bucket.tokens)),
            }

    def _filled(self, key: tuple[str, ...], limit: Limit) -> _Bucket:
        now = self._clock()
        bucket = self._buckets.setdefault(key, _Bucket(tokens=limit.burst, filled_at=now))
        bucket.tokens = min(limit.burst, bucket.tokens + (now - bucket.filled_at) / limit.interval)
        bucket.filled_at = now
        return bucket
