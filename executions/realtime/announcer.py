"""Telling watchers in other processes that a run has moved, at next to no cost for the one who moves it.

Publishing happens in a thread of its own: a worker that announces writes one entry into a dictionary and goes on.
"""

from __future__ import annotations

import atexit
import math
import os
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import redis
import structlog
from django.conf import settings

from integrations import safe_json

CHANNEL = "naryad:announce"
"""Messages `{"execution", "seq", "running": [{"step", "attempt", "startedAt"}]}`; `seq` 0 says nothing new."""

WINDOW_SECONDS = 0.05
"""A run is announced at most once in this time; what is told of it meanwhile goes out together, the last one always."""

GAP_SECONDS = 0.01
"""Between two messages of a process: many runs that end in one moment are announced together."""

RETRY_SECONDS = 1.0
LONG_SECONDS = 60.0
MAX_PENDING = 10_000
MAX_HINTS = 200

log = structlog.get_logger(__name__)


@dataclass
class Notice:
    """What is to be told about one run."""

    seq: int = 0
    running: dict[str, dict[str, Any]] = field(default_factory=dict)
    due: float = 0.0
    """When it goes out, by the monotonic clock."""

    def add(self, other: Notice) -> None:
        """Take in a later notice."""
        self.seq = max(self.seq, other.seq)
        self.running.update(other.running)
        while len(self.running) > MAX_HINTS:
            del self.running[next(iter(self.running))]

    def as_json(self, execution_id: str) -> str:
        return safe_json.dumps({"execution": execution_id, "seq": self.seq, "running": list(self.running.values())})


class Announcer:
    """Publishes notices from a daemon thread of this process, which is started by the first one (also after a fork)."""

    def __init__(self, url: str, window: float = WINDOW_SECONDS) -> None:
        self._url = url
        self._window = window
        self._begin()
        os.register_at_fork(after_in_child=self._begin)

    def _begin(self) -> None:
        """Threads, locks and sockets of a parent process are of no use to its child."""
        self._changed = threading.Condition()
        self._publishing = threading.Lock()
        self._pending: dict[str, Notice] = {}
        self._told: dict[str, float] = {}
        self._rest_until = 0.0
        self._thread: threading.Thread | None = None
        self._client: redis.Redis | None = None
        self._silent = False

    def tell(self, execution_id: str, notice: Notice) -> None:
        """Note something for the thread to publish. Never waits for the network, never raises."""
        with self._changed:
            self._note(execution_id, notice)
            if self._thread is None:
                self._start()
            self._changed.notify()

    def flush(self) -> None:
        """Publish what is left, in the caller's thread; for the end of a process."""
        if self._pending or self._publishing.locked():
            self._publish_pending()

    def _note(self, execution_id: str, notice: Notice) -> None:
        """A line goes out at once unless the run was announced a moment ago.

        That a step has begun is news only as long as it goes on, and most end within the window.
        """
        now = time.monotonic()
        due = max(now, self._told.get(execution_id, -math.inf) + self._window) if notice.seq else now + self._window
        kept = self._pending.setdefault(execution_id, Notice(due=due))
        kept.due = min(kept.due, due)
        kept.add(notice)
        while len(self._pending) > MAX_PENDING:
            del self._pending[next(iter(self._pending))]

    def _start(self) -> None:
        thread = threading.Thread(target=self._run, name="announcer", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # the interpreter is ending; `flush` will publish
            return
        self._thread = thread

    def _run(self) -> None:
        while True:
            with self._changed:
                while (wait := self._until_due()) > 0:
                    self._changed.wait(wait)
            done = self._publish_pending(time.monotonic())
            self._rest_until = time.monotonic() + (GAP_SECONDS if done else RETRY_SECONDS)

    def _until_due(self) -> float:
        """Seconds until something is to be published."""
        now = time.monotonic()
        if now < self._rest_until:
            return self._rest_until - now
        return min((notice.due for notice in self._pending.values()), default=now + LONG_SECONDS) - now

    def _publish_pending(self, now: float = math.inf) -> bool:
        """Publish what is due `now`, by default all; False when Valkey does not take it."""
        with self._publishing:
            notices = self._take(now)
            if not notices:
                return True
            try:
                self._publish(notices)
            except (redis.RedisError, OSError) as error:
                self._keep(notices)
                self._remark(silent=True, error=type(error).__name__)
                return False
            self._remark(silent=False)
            return True

    def _take(self, due: float) -> dict[str, Notice]:
        """What is due, which is no longer pending then; their runs are announced from this moment on."""
        with self._changed:
            notices = {run: notice for run, notice in self._pending.items() if notice.due <= due}
            for run in notices:
                del self._pending[run]
            now = time.monotonic()
            self._told = {run: at for run, at in self._told.items() if now - at < self._window}
            self._told |= dict.fromkeys(notices, now)
        return notices

    def _publish(self, notices: Mapping[str, Notice]) -> None:
        if self._client is None:
            self._client = redis.Redis.from_url(self._url, socket_timeout=1, socket_connect_timeout=1, retry=None)
        with self._client.pipeline(transaction=False) as pipe:
            for execution_id, notice in notices.items():
                pipe.publish(CHANNEL, notice.as_json(execution_id))
            pipe.execute()

    def _keep(self, notices: Mapping[str, Notice]) -> None:
        """Put back what could not be published, before what has been noted since."""
        with self._changed:
            newer, self._pending = self._pending, {}
            for part in (notices, newer):
                for execution_id, notice in part.items():
                    self._note(execution_id, notice)

    def _remark(self, *, silent: bool, **facts: Any) -> None:
        """One line when announcements stop, one when they go on."""
        if silent != self._silent:
            self._silent = silent
            log.warning("announcements_stopped" if silent else "announcements_resumed", **facts)


_announcer = Announcer(settings.REDIS_URL)
atexit.register(_announcer.flush)


def announce(execution_id: uuid.UUID, seq: int) -> None:
    """Tell watchers that the run's journal has reached line `seq`. Call after the commit; costs no round trip."""
    _announcer.tell(str(execution_id), Notice(seq))


def hint_running(execution_id: uuid.UUID, step_id: uuid.UUID, attempt: int, started_at: datetime) -> None:
    """Tell watchers that a step has been claimed, which the journal does not say. Call after the commit."""
    hint = {"step": str(step_id), "attempt": attempt, "startedAt": started_at}
    _announcer.tell(str(execution_id), Notice(running={str(step_id): hint}))


def flush() -> None:
    """Publish what has not been published yet; for processes that end without `atexit`."""
    _announcer.flush()
