"""Holds the messages that this process is delivering: a thread renews their leases while their handlers work.

The lease is short, so that the message of a process that has died is soon with another, and a handler may still take
its time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog
from django.db import connection

from accounts.clock import Clock
from integrations.models import OutboxMessage

LEASE_SECONDS: Final = 30.0
RENEW_SECONDS: Final = 5.0
HANDLER_SECONDS: Final = 120.0
"""A handler must be through by then, or its message goes to another relay."""

log = structlog.get_logger(__name__)


class Held:
    """The messages under delivery, by the token of their lease, and until when each is held."""

    def __init__(self, *, renew_seconds: float = RENEW_SECONDS, handler_seconds: float = HANDLER_SECONDS) -> None:
        self._renew_seconds = renew_seconds
        self._handler_seconds = handler_seconds
        self._until: dict[UUID, float] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @contextmanager
    def hold(self, token: UUID) -> Iterator[None]:
        """Hold the message of this lease while the block runs."""
        with self._lock:
            self._until[token] = time.monotonic() + self._handler_seconds
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="outbox-lease", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                del self._until[token]

    def renew(self) -> int:
        """Renew the leases of all messages whose handlers are within their time; returns how many."""
        now = time.monotonic()
        with self._lock:
            tokens = [token for token, until in self._until.items() if now < until]
        mine = OutboxMessage.objects.filter(state=OutboxMessage.State.SENDING, lease_token__in=tokens)
        return mine.update(available_at=Clock() + timedelta(seconds=LEASE_SECONDS)) if tokens else 0

    def _run(self) -> None:
        while self._goes_on():
            time.sleep(self._renew_seconds)
            try:
                self.renew()
            except Exception as error:  # whatever it is, the next round may succeed before the leases run out
                log.warning("outbox_leases_not_renewed", error=type(error).__name__)
            finally:
                connection.close()

    def _goes_on(self) -> bool:
        """Whether anything is held; if not, the next message starts a new thread."""
        with self._lock:
            if not self._until:
                self._thread = None
            return bool(self._until)
