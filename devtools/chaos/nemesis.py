"""What goes wrong in a storm. Only processes of its own installation are touched, by the supervisor's records."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import psutil
import psycopg

from devtools.chaos.arena import Arena
from devtools.processes import says_ok

PROFILES = {
    "kill": {"kill worker": 34, "kill child": 11, "kill web": 4, "kill ticker": 4, "kill beat": 1},
    "freeze": {"freeze worker": 10, "freeze child": 3, "freeze ticker": 2},
    "broker": {"empty broker": 8, "flush broker": 8, "freeze broker": 4},
    "db": {"restart database": 6, "crash database": 4, "cut connections": 6},
}
PROFILES["all"] = {deed: weight for profile in list(PROFILES.values()) for deed, weight in profile.items()}
WORKERS = ("worker", "worker-2", "worker-cpu", "worker-notify")
TICKERS = ("ticker", "ticker-2")
GAP_SECONDS = (0.4, 1.8)
SERVER_GAP_SECONDS = (3.0, 6.0)
"""After a deed on a server, so that its return can be told from the next blow."""
NOBODY_SECONDS = (0.1, 0.3)
RIPE_SECONDS = 6.0
"""Who was started later is spared: nothing is learnt from processes that never get to work."""
BROKER_FREEZE_SECONDS = (3.0, 8.0)
RETURN_SECONDS = 60.0


@dataclass
class Deed:
    """Something that was done to a process at a wall-clock time; `back` is when a server served again."""

    name: str
    target: str
    pid: int
    at: float
    back: float | None = None


class Nemesis:
    """Draws one deed after the other until `heal`."""

    def __init__(self, arena: Arena, profile: str, *, seed: int) -> None:
        self.deeds: list[Deed] = []
        self._arena = arena
        self._weights = PROFILES[profile]
        self._rng = random.Random(f"{seed}-nemesis")
        self._over = threading.Event()
        self._frozen: dict[int, threading.Timer] = {}
        self._lock = threading.Lock()
        self._watchers: list[threading.Thread] = []
        self._thread = threading.Thread(target=self._work, name="nemesis")
        self._acts: dict[str, Callable[[], Deed | None]] = {
            "kill worker": lambda: self._kill(self._rng.choice(WORKERS)),
            "kill child": lambda: self._kill("worker-cpu", child=True),
            "kill web": lambda: self._kill("web"),
            "kill ticker": lambda: self._kill(self._rng.choice(TICKERS)),
            "kill beat": lambda: self._kill("beat"),
            "freeze worker": lambda: self._freeze(self._rng.choice(WORKERS[:2])),
            "freeze child": lambda: self._freeze("worker-cpu", child=True),
            "freeze ticker": lambda: self._freeze(self._rng.choice(TICKERS)),
            "empty broker": lambda: self._strike("valkey", signal.SIGKILL),
            "flush broker": self._flush,
            "freeze broker": lambda: self._freeze("valkey", between=BROKER_FREEZE_SECONDS),
            "restart database": lambda: self._strike("postgres", signal.SIGINT),
            "crash database": lambda: self._strike("postgres", signal.SIGQUIT),
            "cut connections": self._cut,
        }

    def start(self) -> None:
        self._thread.start()

    def kill(self, name: str) -> Deed:
        """Kill one worker outside of any storm. Raises TimeoutError when it does not get to work."""
        deadline = time.monotonic() + RETURN_SECONDS
        while (deed := self._kill(name)) is None:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{name} does not come up")
            time.sleep(0.1)
        deed.name = "kill worker"
        return deed

    def heal(self) -> None:
        """Do no more, and wake everything that is frozen."""
        self._over.set()
        self._thread.join()
        with self._lock:
            for pid, timer in list(self._frozen.items()):
                timer.cancel()
                _signal(pid, signal.SIGCONT)
            self._frozen.clear()
        for watcher in self._watchers:
            watcher.join()

    def _work(self) -> None:
        names, weights = list(self._weights), list(self._weights.values())
        gap = GAP_SECONDS
        while not self._over.wait(self._rng.uniform(*gap)):
            (name,) = self._rng.choices(names, weights)
            deed = self._do(name)
            if deed is not None:
                deed.name = name
                self.deeds.append(deed)
            on_server = name.endswith(("database", "broker"))
            gap = NOBODY_SECONDS if deed is None else SERVER_GAP_SECONDS if on_server else GAP_SECONDS

    def _do(self, name: str) -> Deed | None:
        """Carry out a deed; None when there was nobody to do it to."""
        with contextlib.suppress(psycopg.OperationalError, psutil.NoSuchProcess, OSError):
            return self._acts[name]()
        return None

    # --- on processes ---------------------------------------------------------------------------------------------

    def _pid(self, name: str, *, child: bool) -> int | None:
        """Somebody to strike; None when there is nobody, it has only just begun, or it is frozen."""
        record = self._arena.record(name)
        if record is None or time.time() - record.started < RIPE_SECONDS:
            return None
        children = psutil.Process(record.pid).children() if child else []
        pid = self._rng.choice(children).pid if children else None if child else record.pid
        return None if pid in self._frozen else pid

    def _kill(self, name: str, *, child: bool = False) -> Deed | None:
        pid = self._pid(name, child=child)
        if pid is None:
            return None
        deed = Deed("", name, pid, time.time())
        os.kill(pid, signal.SIGKILL)
        if name == "web":
            self._watch(deed, lambda: self._serves_again(deed))
        return deed

    def _serves_again(self, deed: Deed) -> bool:
        record = self._arena.record("web")
        return record is not None and record.pid != deed.pid and says_ok(f"{self._arena.plan.url}/healthz")

    def _freeze(self, name: str, *, child: bool = False, between: tuple[float, float] | None = None) -> Deed | None:
        pid = self._pid(name, child=child)
        if pid is None:
            return None
        low, high = between or (1.3 * self._arena.lease_seconds, 2.0 * self._arena.lease_seconds)
        deed = Deed("", name, pid, time.time())
        os.kill(pid, signal.SIGSTOP)
        timer = threading.Timer(self._rng.uniform(low, high), self._thaw, [deed])
        with self._lock:
            self._frozen[pid] = timer
        timer.start()
        return deed

    def _thaw(self, deed: Deed) -> None:
        with self._lock:
            if self._frozen.pop(deed.pid, None) is not None:
                _signal(deed.pid, signal.SIGCONT)
                deed.back = time.time()

    # --- on servers -----------------------------------------------------------------------------------------------

    def _strike(self, server: str, number: int) -> Deed | None:
        pid = self._pid(server, child=False)
        if pid is None:
            return None
        deed = Deed("", server, pid, time.time())
        os.kill(pid, number)
        self._watch(deed, lambda: self._is_back(server, pid))
        return deed

    def _is_back(self, server: str, former: int) -> bool:
        record = self._arena.record(server)
        ready = self._arena.servers[server].ready
        return record is not None and record.pid != former and ready is not None and ready()

    def _flush(self) -> Deed | None:
        pid = self._pid("valkey", child=False)
        if pid is None:
            return None
        deed = Deed("", "valkey", pid, time.time())
        self._arena.flush_broker()
        deed.back = time.time()
        return deed

    def _cut(self) -> Deed:
        with psycopg.connect(self._arena.database_url, autocommit=True, connect_timeout=2) as connection:
            deed = Deed("", "postgres", 0, time.time())
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        deed.back = time.time()
        return deed

    def _watch(self, deed: Deed, is_back: Callable[[], bool]) -> None:
        def wait() -> None:
            deadline = time.monotonic() + RETURN_SECONDS
            while time.monotonic() < deadline:
                if is_back():
                    deed.back = time.time()
                    return
                time.sleep(0.1)

        watcher = threading.Thread(target=wait, name="return", daemon=True)
        watcher.start()
        self._watchers.append(watcher)


def _signal(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
