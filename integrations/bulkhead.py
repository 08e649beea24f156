"""How many calls of this process are at one server at once: a server that hangs must not hold every thread of a worker.

A quarter of the worker's slots is what one server may hold. A caller waits for a place for a moment, which is enough
with a server that answers; then it is told to come back, and its step becomes a row instead of a thread that waits.
"""

from __future__ import annotations

import functools
import os
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.conf import settings

from integrations.errors import ServerCrowded

FEWEST: Final = 8
"""Places at one server where the process has few slots, or is no worker."""
MOMENT_SECONDS: Final = 0.3
COME_BACK_SECONDS: Final = 2.0


class Bulkhead:
    """The calls under way, by server. `most` of them may be at one; the next one waits for `moment` seconds."""

    def __init__(self, most: int, *, moment: float = MOMENT_SECONDS) -> None:
        self._most = most
        self._moment = moment
        self._taken: Counter[str] = Counter()
        self._changed = threading.Condition()

    @contextmanager
    def place(self, server: str, *, host: str) -> Iterator[None]:
        """Hold a place at `server` (host and port) while the block runs. Raises `ServerCrowded`, which names `host`."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._taken[server] < self._most, self._moment):
                raise ServerCrowded(retry_after=COME_BACK_SECONDS, host=host)
            self._taken[server] += 1
        try:
            yield
        finally:
            with self._changed:
                self._taken[server] -= 1
                if not self._taken[server]:
                    del self._taken[server]
                self._changed.notify_all()


def bulkhead() -> Bulkhead:
    """The one of this process."""
    return _bulkhead(os.getpid())


@functools.cache
def _bulkhead(pid: int) -> Bulkhead:
    """Calls of a parent are not those of its child, so every process counts its own."""
    return Bulkhead(max(settings.WORKER_SLOTS // 4, FEWEST))
