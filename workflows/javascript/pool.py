"""The jailed processes of this process: few, started when they are needed, gone when they are not."""

from __future__ import annotations

import functools
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Literal

from workflows.javascript.errors import Busy
from workflows.javascript.process import Process

SIZE: Final = 2
"""Of each lane. Programs compute, so more processes than cores would only wait for each other."""
PATIENCE_SECONDS: Final = 2.0
"""How long a caller waits for a process before it gives its thread back."""
IDLE_SECONDS: Final = 20.0


class Pool:
    """Lends its processes to threads, one to each."""

    def __init__(self, size: int = SIZE, idle_seconds: float = IDLE_SECONDS) -> None:
        self._places = threading.BoundedSemaphore(size)
        self._idle_seconds = idle_seconds
        self._lock = threading.Lock()
        self._idle: list[Process] = []
        self._cleaner: threading.Timer | None = None

    @contextmanager
    def lent(self, patience: float = PATIENCE_SECONDS) -> Iterator[Process]:
        """A process for one call. Raises `Busy` when none is free in time. One that is worn is ended afterwards."""
        if not self._places.acquire(timeout=patience):
            raise Busy("all processes are at work")
        try:
            process = self._taken()
            try:
                yield process
            except BaseException:
                process.worn = process.worn or not process.answered
                raise
            finally:
                self._give_back(process)
        finally:
            self._places.release()

    def close(self) -> None:
        """End the processes that nobody uses."""
        self._drop(lambda process: True)

    def pids(self) -> list[int]:
        """The processes that wait for work."""
        with self._lock:
            return [process.pid for process in self._idle]

    def _taken(self) -> Process:
        while True:
            with self._lock:
                process = self._idle.pop() if self._idle else None
            if process is None:
                return Process()
            if process.alive:
                return process
            process.close()

    def _give_back(self, process: Process) -> None:
        if process.worn:
            process.close()
            return
        with self._lock:
            self._idle.append(process)
            if self._cleaner is None:
                self._watch()

    def _watch(self) -> None:
        self._cleaner = threading.Timer(self._idle_seconds, self._clean)
        self._cleaner.name = "javascript-cleaner"
        self._cleaner.daemon = True
        self._cleaner.start()

    def _clean(self) -> None:
        end = time.monotonic() - self._idle_seconds
        self._drop(lambda process: process.used_at <= end)
        with self._lock:
            self._cleaner = None
            if self._idle:
                self._watch()

    def _drop(self, unwanted: Callable[[Process], bool]) -> None:
        with self._lock:
            dropped = [process for process in self._idle if unwanted(process)]
            self._idle = [process for process in self._idle if process not in dropped]
        for process in dropped:
            process.close()


Lane = Literal["expressions", "code"]
"""Programs may run for a minute. Expressions, which every step may have, do not wait for them."""


def pool(lane: Lane = "expressions") -> Pool:
    """The pool of this process for this kind of work; a process forked from it begins with empty ones of its own."""
    return _pool_of(os.getpid(), lane)


@functools.cache
def _pool_of(pid: int, lane: Lane) -> Pool:
    return Pool()
