"""The one listener of a process whose threads wait for runs: it takes announcements from Valkey and wakes them."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

import redis
import structlog

from executions.realtime.announcer import CHANNEL
from integrations import safe_json

log = structlog.get_logger(__name__)

SUBSCRIBE_SECONDS: Final = 1.0
"""How long a waiting thread waits at most until it is known whether there is a subscription."""
RETRY_SECONDS: Final = 1.0
LINGER_SECONDS: Final = 30.0
"""How long it goes on listening when nobody waits any more: the next one mostly comes soon."""


class News(threading.Event):
    """Set when a run is announced to have come further than line `beyond` of its journal."""

    def __init__(self, beyond: int) -> None:
        super().__init__()
        self.beyond = beyond


class Ear:
    """Listens in a thread of its own while anybody waits, and for `linger` seconds after. Without Valkey it wakes
    nobody, and says so at once."""

    def __init__(self, url: str, linger: float = LINGER_SECONDS) -> None:
        self._url = url
        self._linger = linger
        self._lock = threading.Lock()
        self._waiting: dict[str, set[News]] = {}
        self._thread: threading.Thread | None = None
        self._tried = threading.Event()
        self._hears = False

    @property
    def hears(self) -> bool:
        """Whether announcements come in at this moment."""
        return self._hears

    @property
    def listens(self) -> bool:
        """Whether there is a thread that listens, or tries to."""
        return self._thread is not None

    @contextmanager
    def hearing(self, execution_id: uuid.UUID, beyond: int = 0) -> Iterator[News]:
        """An event that announcements of the run set. Enter it before looking at the run."""
        run, news = str(execution_id), News(beyond)
        with self._lock:
            self._waiting.setdefault(run, set()).add(news)
        try:
            self._begin()
            yield news
        finally:
            with self._lock:
                self._waiting[run].discard(news)
                if not self._waiting[run]:
                    del self._waiting[run]

    def _begin(self) -> None:
        """Returns when it is known whether announcements come in: at once, but for the first who waits."""
        with self._lock:
            if self._thread is None:
                self._tried.clear()
                thread = threading.Thread(target=self._run, name="ear", daemon=True)
                thread.start()
                self._thread = thread
        self._tried.wait(SUBSCRIBE_SECONDS)

    def _run(self) -> None:
        while True:
            rest = 0.0
            try:
                self._listen()
            except (redis.RedisError, OSError) as error:
                log.info("announcements cannot be heard", error=type(error).__name__)
                rest = RETRY_SECONDS
            self._hears = False
            self._tried.set()
            with self._lock:
                if not self._waiting:
                    self._thread = None
                    return
            time.sleep(rest)

    def _listen(self) -> None:
        """Wake those who wait until nobody has waited for a while. Raises what Valkey raises."""
        waited_at = time.monotonic()
        client = redis.Redis.from_url(self._url, socket_timeout=5, socket_connect_timeout=1, retry=None)
        with client, client.pubsub() as channel:
            channel.subscribe(CHANNEL)
            while self._waiting or time.monotonic() - waited_at < self._linger:
                message = channel.get_message(timeout=min(1.0, self._linger))
                if message is not None:
                    self._take(message)
                if self._waiting:
                    waited_at = time.monotonic()

    def _take(self, message: dict[str, Any]) -> None:
        if message["type"] == "subscribe":
            self._hears = True
            self._tried.set()
        elif message["type"] == "message" and (said := _announced(message["data"])) is not None:
            run, line = said
            with self._lock:
                for news in self._waiting.get(run, ()):
                    if line > news.beyond:
                        news.set()


def _announced(announcement: bytes) -> tuple[str, int] | None:
    """Which run has reached which line; None for what is no announcement: anybody who reaches Valkey may publish."""
    try:
        said = safe_json.loads(announcement)
    except safe_json.UnsafeJSON:
        return None
    run, line = (said.get("execution"), said.get("seq")) if isinstance(said, dict) else (None, None)
    return (run, line) if isinstance(run, str) and isinstance(line, int) else None


ear_of = cache(Ear)
"""The listener of this process at the Valkey of this URL."""
