"""When a call to the outside must end: its deadline by the monotonic clock, and cancellation from another thread.

A thread that waits for a socket cannot be asked to stop; its connection can be cut. `RunningCall` collects what has
to be cut, and one alarm thread per process cuts it when the time is over.
"""

from __future__ import annotations

import functools
import heapq
import itertools
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Protocol, Self
from uuid import UUID

from integrations.destinations import Destination
from integrations.errors import Cancelled, CredentialNotFound, TimedOut
from integrations.secret import Secret


class CancelHandle:
    """Lets another thread end the calls of one step. Thread-safe; `cancel` may be called any number of times."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cancelled = False
        self._cuts: list[Callable[[], None]] = []

    @property
    def cancelled(self) -> bool:
        return self._cancelled

    def cancel(self) -> None:
        """Cut every call that is under way; later ones raise `Cancelled` before they begin."""
        with self._lock:
            self._cancelled = True
            cuts = list(self._cuts)
        for cut in cuts:
            cut()

    @contextmanager
    def watching(self, cut: Callable[[], None]) -> Iterator[None]:
        """Call `cut` on cancellation for as long as the block runs; at once when it has happened already."""
        with self._lock:
            self._cuts.append(cut)
            late = self._cancelled
        try:
            if late:
                cut()
            yield
        finally:
            with self._lock:
                self._cuts.remove(cut)


@dataclass(frozen=True)
class Sent:
    """A request that went out, as a ledger keeps it: neither query nor body, and no secret.

    `target` is host and path, `key` the `Idempotency-Key` that it carried ("" for none), `outcome` the answer's status
    or the code of the error, `at` the `time.monotonic()` of sending.
    """

    method: str
    target: str
    key: str
    outcome: str
    at: float


class Secrets(Protocol):
    """Where the calls of a step get the secrets that its config names (`integrations.vault`)."""

    def open(self, credential: UUID | str) -> Secret:
        """The secret in clear; raises `CredentialError`."""

    def learn(self, secret: str) -> None:
        """Keep quiet about this text too."""


class RowKeeper(Protocol):
    """Writes into the dataset of a step while it runs (`integrations.step_rows`)."""

    def __call__(
        self,
        rows: Sequence[Mapping[str, Any]],
        *,
        start: int,
        complete: bool,
        destination: Destination | None = None,
    ) -> str:
        """Rows from position `start` on, and with `complete` none behind them. Gives the name of the dataset.

        With a `destination` they are processed rows, which go to that table of BigQuery.
        """


@dataclass(frozen=True)
class CallScope:
    """What the calls of one step have in common.

    `deadline` is a `time.monotonic()` after which nothing may go on, None for none; `headers` are sent with every
    request (`Idempotency-Key`, `X-Execution-Id`, `X-Step-Attempt`); `record` is told of every request that went out;
    `secrets` opens the credentials that the step's config names; `rows` keeps rows in the step's dataset; `project`
    looks up the project's id, `run_depth` how many runs lie behind this one.
    """

    deadline: float | None = None
    cancel: CancelHandle = field(default_factory=CancelHandle)
    headers: Mapping[str, str] = field(default_factory=dict)
    record: Callable[[Sent], None] | None = None
    secrets: Secrets | None = None
    rows: RowKeeper | None = None
    project: Callable[[], int] | None = None
    run_depth: Callable[[], int] | None = None

    def project_id(self) -> int:
        """The project for which the calls are made; asked only by those who need it."""
        if self.project is None:
            raise ValueError("these calls are made for no project")
        return self.project()

    def depth(self) -> int:
        """What events that follow from the calls carry, so that a chain of them comes to an end; 0 outside of runs."""
        return 0 if self.run_depth is None else self.run_depth()

    def secret(self, credential: UUID | str | Secret) -> Secret:
        """The secret that a config names; one in clear is given back. Raises `CredentialError`."""
        if isinstance(credential, Secret):
            return credential
        if self.secrets is None:
            raise CredentialNotFound(credential=str(credential))
        return self.secrets.open(credential)


class HasDescriptor(Protocol):
    """A connection, whoever has opened it."""

    def fileno(self) -> int: ...


class RunningCall:
    """One request under way: knows its end and cuts its connections then, or when the step is cancelled.

    A context manager: it watches between enter and exit.
    """

    def __init__(self, scope: CallScope, timeout: float) -> None:
        self.deadline = time.monotonic() + timeout
        if scope.deadline is not None:
            self.deadline = min(self.deadline, scope.deadline)
        self._cancel = scope.cancel
        self._lock = threading.Lock()
        self._lines: list[socket.socket] = []
        self._cuts: list[Callable[[], None]] = []
        self._cut = False

    def __enter__(self) -> Self:
        self.check()
        self._watching = self._cancel.watching(self.cut)
        self._watching.__enter__()
        self._alarm = _alarm_clock(os.getpid()).at(self.deadline, self.cut)
        return self

    def __exit__(self, *error: object) -> None:
        self._alarm.cancel()
        self._watching.__exit__(None, None, None)
        with self._lock:
            for line in self._lines:
                line.close()
            self._lines.clear()

    def remaining(self) -> float:
        """Seconds left; raises `TimedOut` or `Cancelled` when there are none."""
        self.check()
        return max(self.deadline - time.monotonic(), 0.001)

    def check(self) -> None:
        """Raises `Cancelled` or `TimedOut` when the call must not go on."""
        if self._cancel.cancelled:
            raise Cancelled
        if self._cut or time.monotonic() >= self.deadline:
            raise TimedOut

    def hold(self, line: HasDescriptor) -> None:
        """Make `line` one of the connections that are cut.

        A duplicate of its descriptor is kept: shutting that down wakes a thread that reads from the original, also
        after TLS has wrapped it, and the number cannot be reused by somebody else meanwhile.
        """
        duplicate = socket.socket(fileno=os.dup(line.fileno()))
        with self._lock:
            self._lines.append(duplicate)
            if self._cut:
                _shut(duplicate)

    def on_cut(self, action: Callable[[], None]) -> None:
        """Call `action` when the call is cut: for waits that are not on a socket."""
        with self._lock:
            self._cuts.append(action)
            late = self._cut
        if late:
            action()

    def cut(self) -> None:
        """End the call from any thread: whoever waits for its connections wakes up with an error."""
        with self._lock:
            self._cut = True
            for line in self._lines:
                _shut(line)
            actions = list(self._cuts)
        for action in actions:
            action()


def _shut(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


class _Ring:
    """One entry of the alarm clock."""

    def __init__(self, action: Callable[[], None]) -> None:
        self.action: Callable[[], None] | None = action

    def cancel(self) -> None:
        self.action = None


class AlarmClock:
    """Calls short functions at their time, from one daemon thread that starts with the first use in a process."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._entries: list[tuple[float, int, _Ring]] = []
        self._numbers = itertools.count()
        self._running = False

    def at(self, when: float, action: Callable[[], None]) -> _Ring:
        """Call `action` at the monotonic time `when`, unless the result is cancelled before."""
        ring = _Ring(action)
        with self._condition:
            heapq.heappush(self._entries, (when, next(self._numbers), ring))
            if not self._running:
                self._running = True
                threading.Thread(target=self._run, name="alarm-clock", daemon=True).start()
            elif self._entries[0][2] is ring:
                self._condition.notify()
        return ring

    def _run(self) -> None:
        while True:
            with self._condition:
                while not self._entries or self._entries[0][0] > time.monotonic():
                    wait = self._entries[0][0] - time.monotonic() if self._entries else None
                    self._condition.wait(wait)
                action = heapq.heappop(self._entries)[2].action
            if action is not None:
                action()


@functools.cache
def _alarm_clock(pid: int) -> AlarmClock:
    """Threads do not survive a fork, so every process has a clock of its own."""
    return AlarmClock()
