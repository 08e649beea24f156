"""Rings "there is work on queue Q". The only file that names Celery tasks to send them.

A ring carries no work: lost, doubled or late, it changes no result, for the ticker rings again. That is why it may
neither block its caller (one second at most, then a rest) nor raise. The word that it may be rung with reaches those
who listen, and nobody else.

A worker that has just run out of work listens for a moment (`integrations.listening`) and is told at once. A message
goes out for as many as are needed beyond those who listen, unless so many wait already that every worker will come.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence
from typing import Final

import structlog
from celery import current_app
from django.db import DEFAULT_DB_ALIAS, connections
from kombu.pools import ProducerPool
from redis import ResponseError

from integrations import broker_places, listening
from integrations.listening import Called

DRAIN: Final = "executions.drain"
RELAY: Final = "integrations.relay"
TASK_OF_QUEUE: Final = {"io": DRAIN, "cpu": DRAIN, "notifications": RELAY, "system": RELAY}

SOCKET_SECONDS = 1
PRODUCERS = 4
ENOUGH: Final = 200
"""Messages that may wait in a queue before a ring sends no other. They wait only while no worker has a place for them,
and each brings a worker who takes what is ready by then: one more would cost its sender and find nothing left."""
FAILURES_TO_REST = 3
REST_SECONDS = 10.0

log = structlog.get_logger(__name__)


def ring_out(queue: str, times: int) -> None:
    """Send `times` messages now, whoever listens: a listener may be frozen."""
    _line.send(TASK_OF_QUEUE[queue], queue, times)


def ring(queue: str, times: int = 1, word: str | None = None) -> None:
    """Wake `times` workers of `queue` when the current transaction commits, or now when there is none.

    Rings of one transaction for one queue go out together. The relay works until nothing is due, so its queues need
    one bell per transaction; for `io` and `cpu` the numbers add up. One of those who listen hears the `word`, if there
    is one; no message carries it.
    """
    ring_task(TASK_OF_QUEUE[queue], queue, times, word)


def ring_task(name: str, queue: str, times: int = 1, word: str | None = None) -> None:
    """Send the task `name`, with the queue's name as its argument, on commit; coalesced like `ring`."""
    if times < 1:
        return
    connection = connections[DEFAULT_DB_ALIAS]
    if not connection.in_atomic_block:
        _Bell(name, queue, times, word)()
        return
    savepoints = set(connection.savepoint_ids)
    for registered in connection.run_on_commit:
        registered_in, callback = registered[:2]
        # A bell of an outer savepoint lives at least as long as this call's; one of a sibling may be rolled back.
        if isinstance(callback, _Bell) and callback.same(name, queue) and registered_in <= savepoints:
            callback.add(times, word)
            return
    connection.on_commit(_Bell(name, queue, times, word), robust=True)


class _Bell:
    """So many rings of one task on one queue, waiting for the commit."""

    def __init__(self, name: str, queue: str, times: int, word: str | None) -> None:
        self.name = name
        self.queue = queue
        self.times = times
        self.words = [] if word is None else [word]

    def same(self, name: str, queue: str) -> bool:
        return (self.name, self.queue) == (name, queue)

    def add(self, times: int, word: str | None) -> None:
        self.words += [] if word is None else [word]
        self.times = max(self.times, times) if self.name == RELAY else self.times + times

    def __call__(self) -> None:
        woken, waiting = _call_listeners(self.queue, self.times, self.words)
        if woken < self.times and waiting < ENOUGH:
            _line.send(self.name, self.queue, self.times - woken)


def _call_listeners(queue: str, times: int, words: Sequence[str]) -> Called:
    try:
        return listening.call(queue, times, words)
    except Exception as error:  # as with the broker: what is committed stays committed
        log.warning("listeners cannot be called", queue=queue, error=type(error).__name__)
        return Called(0, 0)


class BrokerLine:
    """This process's connections to the broker, and its memory of how the last sends went."""

    def __init__(self, url: str | None = None) -> None:
        self._url = url  # None: the broker of the settings
        self._lock = threading.Lock()
        self._pid = 0
        self._producers: ProducerPool | None = None
        self._failures = 0
        self._rest_until = 0.0

    def send(self, name: str, queue: str, times: int) -> None:
        """Never raises, and returns within about a second."""
        if self.resting:
            return
        try:
            with self._pool().acquire(block=True, timeout=SOCKET_SECONDS) as producer:
                for _ in range(times):
                    current_app.send_task(
                        name, args=[queue], queue=queue, producer=producer, retry=False, ignore_result=True
                    )
        except Exception as error:  # whatever the broker does, work that is committed stays committed
            self._failed(name, queue, error)
        else:
            self._failures = 0

    @property
    def resting(self) -> bool:
        """The broker failed again and again a moment ago and is not asked."""
        return time.monotonic() < self._rest_until

    def _pool(self) -> ProducerPool:
        """Connections made before a fork belong to the parent, so a child starts its own."""
        with self._lock:
            if self._producers is None or self._pid != os.getpid():
                options = {
                    "socket_timeout": SOCKET_SECONDS,
                    "socket_connect_timeout": SOCKET_SECONDS,
                    "max_retries": 0,  # kombu's default is to try again for four seconds
                }
                broker = current_app.connection_for_write(self._url, transport_options=options)
                self._producers = ProducerPool(broker.Pool(limit=PRODUCERS), limit=PRODUCERS)
                self._pid = os.getpid()
            return self._producers

    def _failed(self, name: str, queue: str, error: Exception) -> None:
        with self._lock:
            self._producers = None
            self._failures += 1
            resting = self._failures >= FAILURES_TO_REST
            if resting:
                self._rest_until = time.monotonic() + REST_SECONDS
        log.warning("doorbell_failed", task=name, queue=queue, error=type(error).__name__, resting=resting)
        if isinstance(error.__cause__ or error, ResponseError):
            broker_places.clear_places()


_line = BrokerLine()
