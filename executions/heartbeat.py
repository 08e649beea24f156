"""The heart of a worker process: a thread that beats on a database connection of its own.

A beat may hang as long as the network likes; whoever watches the heart sees that it is silent, and can cut it loose.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable

import structlog
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, close_old_connections, connection, connections

log = structlog.get_logger(__name__)


class Heart:
    """Calls `beat` every `HEARTBEAT_SECONDS`; it returns whether the database has answered."""

    def __init__(self, beat: Callable[[], bool]) -> None:
        self._beat = beat
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lease-heartbeat", daemon=True)
        self._answered = time.monotonic()
        self._begun: float | None = None
        self._line: socket.socket | None = None

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """End the thread, also one that hangs."""
        self._stop.set()
        self._thread.join(settings.HEARTBEAT_SECONDS)
        self._cut()
        self._thread.join()

    @property
    def silent_seconds(self) -> float:
        """How long ago the database answered for the last time."""
        return time.monotonic() - self._answered

    def cut_if_stuck(self, seconds: float) -> None:
        """Break the connection if the beat under way has lasted for longer, so that the next one gets a new one."""
        begun = self._begun
        if begun is not None and time.monotonic() - begun > seconds:
            self._cut()

    def _run(self) -> None:
        _leave_the_pool()
        while True:
            self._begun = time.monotonic()
            if self._connect() and self._beat():
                self._answered = time.monotonic()
            self._begun = None
            if self._stop.wait(settings.HEARTBEAT_SECONDS):
                break
        connection.close()
        self._watch(None)

    def _connect(self) -> bool:
        """Have a connection that lives, one that was lost since the last beat gives way, and watch it."""
        try:
            close_old_connections()
            connection.close_if_health_check_failed()
            connection.ensure_connection()
        except DatabaseError as error:
            log.warning("heartbeat has no connection", error=str(error))
            return False
        self._watch(connection.connection.fileno())
        return True

    def _watch(self, line: int | None) -> None:
        """Keep a second handle of the connection's socket: cutting that one can never hit another connection."""
        former, self._line = self._line, None if line is None else socket.socket(fileno=os.dup(line))
        if former is not None:
            former.close()

    def _cut(self) -> None:
        line = self._line
        if line is not None:
            try:
                line.shutdown(socket.SHUT_RDWR)
            except OSError:  # closed in this moment, or by the other side
                log.debug("heartbeat's connection was closed already")


def _leave_the_pool() -> None:
    """Give this thread a connection that is not of the pool: steps may hold all of those, and leases cannot wait."""
    own = connections.create_connection(DEFAULT_DB_ALIAS)
    options = {name: value for name, value in own.settings_dict["OPTIONS"].items() if name != "pool"}
    own.settings_dict = {**own.settings_dict, "OPTIONS": options, "CONN_MAX_AGE": None}
    connections[DEFAULT_DB_ALIAS] = own
