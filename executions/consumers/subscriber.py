"""The one listener of a web process: it takes announcements from Valkey and wakes the sockets that they concern."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import redis.asyncio
import structlog
from django.conf import settings
from django.db import Error

from executions.consumers.database import in_database
from executions.realtime import CHANNEL, reading
from integrations import safe_json

log = structlog.get_logger(__name__)

RETRY_SECONDS = 1.0
LOOK_SECONDS = 5.0
"""How often the journals of all watched runs are looked at, so that a lost announcement delays a line, no more."""

MAX_HINTS = 200

Hint = dict[str, Any]


class Watch:
    """What one socket has been told about its run: the newest line, and steps that have just been claimed."""

    def __init__(self) -> None:
        self.seq = 0
        self._hints: list[Hint] = []
        self._news = asyncio.Event()

    def tell(self, seq: int, running: list[Hint]) -> None:
        """Note what an announcement says and wake the socket."""
        self.seq = max(self.seq, seq)
        self._hints = [*self._hints, *running][-MAX_HINTS:]
        self._news.set()

    def take_hints(self) -> list[Hint]:
        """The hints since the last call."""
        hints, self._hints = self._hints, []
        return hints

    async def wait(self, seconds: float) -> None:
        """Sleep until there is something new, at most `seconds`."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), max(0.0, seconds))
        self._news.clear()


class Subscriber:
    """Listens while anybody watches. Its loss of Valkey or of the database delays lines and loses none."""

    def __init__(self) -> None:
        self._watches: dict[str, set[Watch]] = {}
        self._tasks: list[asyncio.Task[None]] = []

    @contextmanager
    def watching(self, execution_id: uuid.UUID) -> Iterator[Watch]:
        """A watch that is told of every announcement of the run. Enter it before reading the run's state."""
        watch = Watch()
        self._watches.setdefault(str(execution_id), set()).add(watch)
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._look_regularly())]
        try:
            yield watch
        finally:
            self._forget(str(execution_id), watch)

    def _forget(self, execution_id: str, watch: Watch) -> None:
        watches = self._watches[execution_id]
        watches.discard(watch)
        if not watches:
            del self._watches[execution_id]
        if not self._watches:
            for task in self._tasks:
                task.cancel()
            self._tasks = []

    async def _listen(self) -> None:
        while True:
            try:
                await self._listen_once()
            except (redis.RedisError, OSError) as error:
                log.warning("announcements_unheard", error=type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS)

    async def _listen_once(self) -> None:
        client = redis.asyncio.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, health_check_interval=10)
        async with client, client.pubsub(ignore_subscribe_messages=True) as channel:
            await channel.subscribe(CHANNEL)
            await self._look()  # what was announced while nobody listened
            while True:
                message = await channel.get_message(timeout=LOOK_SECONDS)
                if message is not None:
                    self._hand_out(message["data"])

    def _hand_out(self, data: bytes) -> None:
        try:
            notice = safe_json.loads(data)
            told = int(notice["seq"]), [_hint(running) for running in notice["running"]]
            watches = self._watches.get(notice["execution"], ())
        except (safe_json.UnsafeJSON, KeyError, TypeError, ValueError):
            log.warning("announcement_unreadable")
            return
        for watch in watches:
            watch.tell(*told)

    async def _look_regularly(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await self._look()

    async def _look(self) -> None:
        """One query for all watched runs."""
        watched = [uuid.UUID(execution_id) for execution_id in self._watches]
        try:
            found = await in_database(reading.sequences, watched)
        except Error as error:
            log.warning("journals_unread", error=type(error).__name__)
            return
        for execution_id, seq in found.items():
            for watch in self._watches.get(str(execution_id), ()):
                if seq > watch.seq:
                    watch.tell(seq, [])


def _hint(running: Hint) -> Hint:
    return {
        "step": str(running["step"]),
        "status": "running",
        "attempt": int(running["attempt"]),
        "startedAt": str(running["startedAt"]),
    }


subscriber = Subscriber()
