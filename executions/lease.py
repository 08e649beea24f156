"""Leases of this process: renewed all the time, and cut off when a step is over its time or no longer ours.

A step is leased for `LEASE_SECONDS`. The heart (`executions.heartbeat`) renews all leases of the process in one
statement and learns from it which were taken away. A second thread, which never waits for the database, watches the
time: when the heart is silent for two thirds of a lease it cuts all steps off. A step over its time is told first (its
connections are closed) and given up ten seconds later: its failure is recorded and the process, which cannot be trusted
any more, ends with code 75.
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import structlog
from django.conf import settings
from django.db import DatabaseError, connection

from accounts.statements import hot_cursor
from executions.claims import Claimed
from executions.heartbeat import Heart
from integrations.scope import CancelHandle

log = structlog.get_logger(__name__)

TICK_SECONDS = 0.5
GIVE_UP_SECONDS = 10.0
HAND_BACK_SECONDS = 15.0
EXIT_CODE = 75


class Cut(StrEnum):
    """Why a running step was cut off."""

    TIMEOUT = "timeout"
    LOST = "lost"
    SHUTDOWN = "shutdown"


@dataclass
class Lease:
    """One step that this process is running."""

    claimed: Claimed
    deadline: float
    cancel: CancelHandle = field(default_factory=CancelHandle)
    cut: Cut | None = None
    taken: float = field(default_factory=time.monotonic)
    result: Any = None
    """The report of the step where its node has ended and quick steps after it are running."""

    def end(self, cut: Cut) -> None:
        """Tell the step to stop, once. Never raises: the heartbeat must go on for the others."""
        if self.cut is None:
            self.cut = cut
            try:
                self.cancel.cancel()
            except Exception:
                log.exception("step could not be told to stop", step_id=str(self.claimed.step_id))


GiveUp = Callable[[Lease], None]
Forgotten = Callable[[str, Callable[[Claimed], bool]], object]
"""Gives back the steps that are leased by a worker and that it disowns."""
DISOWNED = 1000
"""How many claims that were given back are remembered: more than can be on their way to a process."""


class GivenBack(Exception):
    """The answer to a claim came so late that the step was taken for forgotten, and is for others by now."""


class Leases:
    """The steps that this process runs now. `beating` is off where a test runs steps by hand."""

    def __init__(
        self, *, beating: bool = True, give_up: GiveUp | None = None, forgotten: Forgotten | None = None
    ) -> None:
        self.worker = worker_id()
        self._beating = beating
        self._give_up = give_up
        self._forgotten = forgotten
        self._held: dict[uuid.UUID, Lease] = {}
        self._disowned: deque[tuple[uuid.UUID, int]] = deque(maxlen=DISOWNED)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._draining_since: float | None = None
        self._shown = False

    @property
    def draining(self) -> bool:
        """Whether this process must take no more work."""
        return self._draining_since is not None

    def take(self, claimed: Claimed, timeout_seconds: float) -> Lease:
        """Begin to hold a claimed step; the clock of its timeout starts now. Raises `GivenBack`.

        So it does for a step that is only offered where this process has claimed it already.
        """
        lease = Lease(claimed, time.monotonic() + timeout_seconds)
        with self._lock:
            if (claimed.step_id, claimed.fence) in self._disowned:
                log.warning("step was given back before it began", step_id=str(claimed.step_id))
                raise GivenBack
            former = self._held.get(claimed.step_id)
            if former is not None and claimed.offered is not None:
                raise GivenBack
            self._held[claimed.step_id] = lease
        if former is not None:  # it was taken away from this process, and this process has it again
            former.end(Cut.LOST)
        self.start()
        return lease

    def drop(self, lease: Lease) -> None:
        """The step has been recorded or thrown away."""
        with self._lock:
            if self._held.get(lease.claimed.step_id) is lease:
                del self._held[lease.claimed.step_id]

    def disown(self, claimed: Claimed) -> bool:
        """Whether this process does not hold the step under this claim; it never will, from now on."""
        with self._lock:
            lease = self._held.get(claimed.step_id)
            if lease is not None and lease.claimed.fence == claimed.fence and lease.claimed.offered is None:
                return False
            self._disowned.append((claimed.step_id, claimed.fence))
        return True

    def start(self) -> None:
        """Start the threads, if they are wanted and not there."""
        if self._beating and self._thread is None:
            with self._lock:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="lease-watch", daemon=True)
                    self._thread.start()

    def drain(self) -> None:
        """Take no more work; what still runs after a while is handed back."""
        if self._draining_since is None:
            self._draining_since = time.monotonic()

    def close(self) -> None:
        """End the threads."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        heart = Heart(self._beat)
        heart.start()
        while not self._stop.wait(min(TICK_SECONDS, settings.HEARTBEAT_SECONDS)):
            _outlive(max(2 * settings.LEASE_SECONDS, 4 * TICK_SECONDS))
            self._cut_overdue(time.monotonic())
            patience = settings.LEASE_SECONDS * 2 / 3
            if heart.silent_seconds > patience:
                for lease in self._all():
                    lease.end(Cut.LOST)
            heart.cut_if_stuck(patience)
        _outlive(0)
        heart.close()
        connection.close()  # giving up a step has used it

    def _all(self) -> list[Lease]:
        with self._lock:
            return list(self._held.values())

    def _cut_overdue(self, now: float) -> None:
        for lease in self._all():
            if now > lease.deadline:
                lease.end(Cut.TIMEOUT)
            if lease.cut is not None and now > lease.deadline + GIVE_UP_SECONDS:
                self._abandon(lease)
        if self._draining_since is not None and now > self._draining_since + HAND_BACK_SECONDS:
            for lease in self._all():
                lease.end(Cut.SHUTDOWN)

    def _abandon(self, stuck: Lease) -> None:
        """The node does not listen: record its failure for it, hand the others back, and end the process."""
        log.error("step does not stop: this process ends", step_id=str(stuck.claimed.step_id))
        self.drain()
        try:
            if self._give_up is not None:
                self._give_up(stuck)
        except Exception:
            log.exception("giving up a step failed; its lease will run out")
        self.drop(stuck)
        for lease in self._all():
            lease.end(Cut.SHUTDOWN)
        until = time.monotonic() + GIVE_UP_SECONDS / 2
        while self._all() and time.monotonic() < until:
            time.sleep(TICK_SECONDS / 5)
        os._exit(EXIT_CODE)

    def _beat(self) -> bool:
        """Renew every lease and the worker's own row; False when the database did not answer."""
        leases = {lease.claimed.step_id: lease for lease in self._all() if lease.claimed.offered is None}
        try:
            kept = _renew({step_id: lease.claimed.fence for step_id, lease in leases.items()})
            if _show(self.worker, draining=self.draining, first=not self._shown):
                self.drain()
            if self._forgotten is not None:  # claims whose answer never arrived
                self._forgotten(self.worker, self.disown)
        except Exception as error:  # whatever it is, without this thread every lease of the process would run out
            log.warning("heartbeat failed", error=str(error), exc_info=not isinstance(error, DatabaseError))
            connection.close()
            return False
        self._shown = True
        for step_id, lease in leases.items():
            if step_id not in kept:
                lease.end(Cut.LOST)
        return True


def _outlive(seconds: float) -> None:
    """Let the kernel end this process when it has computed for `seconds` more before this is called again; 0 for never.

    A C function that keeps the interpreter's lock stops all threads here, so nobody inside could end it, and it would
    hold its place for ever. Its step is with another worker by then.
    """
    signal.setitimer(signal.ITIMER_PROF, seconds)


RENEW = """
WITH mine AS (
    SELECT * FROM unnest(%(ids)s::uuid[], %(fences)s::bigint[]) AS m(id, fence)
), free AS (
    SELECT s.id FROM executions_step s JOIN mine ON mine.id = s.id AND mine.fence = s.fence
    WHERE s.status = 'running' FOR NO KEY UPDATE OF s SKIP LOCKED
)
UPDATE executions_step s SET lease_expires_at = naryad_clock() + make_interval(secs => %(lease)s::float8)
FROM free WHERE s.id = free.id RETURNING s.id
"""

STILL_MINE = """
SELECT s.id FROM executions_step s JOIN unnest(%(ids)s::uuid[], %(fences)s::bigint[]) AS m(id, fence)
    ON m.id = s.id AND m.fence = s.fence
WHERE s.status = 'running'
"""


def _renew(fences: dict[uuid.UUID, int]) -> set[uuid.UUID]:
    """Renew leases and return those that are still ours. A row that is locked is being recorded right now."""
    if not fences:
        return set()
    with hot_cursor() as cursor:
        mine = {"ids": list(fences), "fences": list(fences.values())}
        kept = {row[0] for row in cursor.execute(RENEW, {**mine, "lease": settings.LEASE_SECONDS}).fetchall()}
        if len(kept) < len(fences):
            kept |= {row[0] for row in cursor.execute(STILL_MINE, mine).fetchall()}
    return kept


SHOW = """
INSERT INTO executions_worker AS w (id, host, pid, queues, slots, seen_at, draining)
VALUES (%(id)s, %(host)s, %(pid)s, %(queues)s, %(slots)s, naryad_clock(), %(draining)s)
ON CONFLICT (id) DO UPDATE SET host = excluded.host, pid = excluded.pid, queues = excluded.queues,
    slots = excluded.slots, seen_at = naryad_clock(),
    draining = excluded.draining OR (w.draining AND NOT %(first)s::bool)
RETURNING draining
"""


def _show(worker: str, *, draining: bool, first: bool) -> bool:
    """Write this process's row; returns whether somebody asked it to take no more work.

    What the row said before this process was `first` shown was meant for an earlier one: containers give the same
    host and process numbers again after a restart.
    """
    with hot_cursor() as cursor:
        row = cursor.execute(
            SHOW,
            {
                "id": worker,
                "host": socket.gethostname(),
                "pid": os.getpid(),
                "queues": settings.WORKER_QUEUES,
                "slots": 1 if _is_forked() else settings.WORKER_SLOTS,
                "draining": draining,
                "first": first,
            },
        ).fetchone()
    return bool(row and row[0])


MAIN_PID = "NARYAD_MAIN_PID"


def found_family() -> None:
    """Make this process the head of the workers that it will fork."""
    os.environ[MAIN_PID] = str(os.getpid())


def _is_forked() -> bool:
    """Whether this process was forked by a worker: it runs one step at a time."""
    return os.environ.get(MAIN_PID, str(os.getpid())) != str(os.getpid())


def family() -> str:
    """What the ids of all processes of this worker begin with: the main process and its children."""
    return f"{socket.gethostname()}:{os.environ.get(MAIN_PID, os.getpid())}:"


def worker_id() -> str:
    """The name of this process among workers: containers give the same host and numbers again, so a part is random."""
    return f"{family()}{os.getpid()}:{secrets.token_hex(3)}"
