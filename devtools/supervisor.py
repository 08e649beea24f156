"""Starts processes, waits until they serve, starts them again when they die, and leaves none behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import FrameType, TracebackType
from typing import IO

from devtools import console, records
from devtools.bootstrap import ROOT
from devtools.installation import Installation, Refused
from devtools.stopping import Target, end_group, stop_in_tiers

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 60.0
"""A process that lived this long has recovered: its next death is paused for as briefly as a first one."""
HOPELESS_STARTS = 4
"""A process that died this often before it was ready the first time will not come up by being started again."""
LARGEST_LOG_BYTES = 20_000_000


@dataclass(frozen=True)
class Process:
    """What to run. `ready` probes it once; without one it counts as ready when it runs."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    address: str | None = None
    ready: Callable[[], bool] | None = None
    stop_signal: int = signal.SIGTERM
    grace_seconds: float = 35.0
    tier: int = 1
    longest_pause_seconds: float = LONGEST_PAUSE_SECONDS
    uid: int | None = None
    gid: int | None = None


@dataclass
class Child:
    """A process that was started, or waits to be started again at `due` (monotonic seconds)."""

    process: Process
    claim: IO[bytes]
    popen: subprocess.Popen[bytes] | None = None
    born: float = 0.0
    deaths: int = 0
    due: float | None = None
    last_status: int | None = None

    @property
    def alive(self) -> bool:
        popen = self.popen
        return popen is not None and popen.poll() is None


class Supervisor:
    """Use as a context manager in the main thread: it takes SIGINT and SIGTERM, and on leaving it stops everything.

    `stopping` is set by the first signal. A second one cuts the grace of the processes short.
    """

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.stopping = threading.Event()
        self._signals = 0
        self._children: dict[str, Child] = {}
        self._lock = threading.RLock()
        self._closed = False
        self._watcher = threading.Thread(target=self._watch, name="watch", daemon=True)
        self._guardian: subprocess.Popen[str] | None = None
        self._guarded: dict[int, Target] = {}
        self._handlers: dict[int, object] = {}

    def __enter__(self) -> Supervisor:
        os.umask(0o077)
        self.installation.prepare()
        # Started by nohup, the end of the terminal means nothing to us.
        lost_terminal = () if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else (signal.SIGHUP,)
        for number in (signal.SIGINT, signal.SIGTERM, *lost_terminal):
            self._handlers[number] = signal.signal(number, self._on_signal)
        self._start_guardian()
        self._watcher.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._signals += 1
        self.stopping.set()

    # --- starting -----------------------------------------------------------------------------------------------------

    def start(self, *processes: Process, timeout_seconds: float = 60.0) -> None:
        """Start all of them, then wait until all are ready.

        Raises Refused when one keeps dying, is not ready in time, or runs already; nothing is stopped by that.
        """
        for process in processes:
            if self.stopping.is_set():
                return
            claim = self.installation.claim(process.name)
            with self._lock:
                child = Child(process, claim)
                self._children[process.name] = child
                self._spawn(child)
        self._wait_until_ready([process.name for process in processes], timeout_seconds)

    def _spawn(self, child: Child) -> None:
        process = child.process
        path = self.installation.logs / f"{process.name}.log"
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_size > LARGEST_LOG_BYTES:
                path.replace(path.with_suffix(".log.1"))
        with path.open("ab") as log:
            child.popen = subprocess.Popen(
                process.command,
                cwd=ROOT,
                env=dict(process.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=process.uid,
                group=process.gid,
                extra_groups=[] if process.uid is not None else None,
            )
        child.born = time.monotonic()
        child.due = None
        self._guard(Target(child.popen.pid, process.stop_signal, process.grace_seconds, process.tier))
        records.write(self.installation.records, self._record(process, child.popen.pid))

    def _record(self, process: Process, pid: int) -> records.Record:
        return records.Record(
            name=process.name,
            pid=pid,
            started=records.started_at(pid),
            address=process.address,
            stop_signal=process.stop_signal,
            grace_seconds=process.grace_seconds,
            tier=process.tier,
            supervisor=os.getpid(),
            supervisor_started=records.started_at(os.getpid()),
        )

    def _wait_until_ready(self, names: Iterable[str], timeout_seconds: float) -> None:
        deadline = time.monotonic() + timeout_seconds
        waiting = list(names)
        while waiting and not self.stopping.is_set():
            for name in list(waiting):
                child = self._children[name]
                if child.deaths >= HOPELESS_STARTS:
                    raise Refused(f"{name} does not stay up (exit {child.last_status}):\n{self.log_end(name)}")
                if child.alive and (child.process.ready is None or child.process.ready()):
                    waiting.remove(name)
            if waiting and time.monotonic() > deadline:
                ends = "\n".join(f"--- {name}\n{self.log_end(name)}" for name in waiting)
                raise Refused(f"not ready after {timeout_seconds:.0f} s: {', '.join(waiting)}\n{ends}")
            self.stopping.wait(0.05)

    def log_end(self, name: str, lines: int = 15) -> str:
        """The last lines of a process's log."""
        try:
            text = (self.installation.logs / f"{name}.log").read_text(errors="replace")
        except OSError:
            return ""
        return "\n".join(text.splitlines()[-lines:])

    # --- one command that ends by itself ------------------------------------------------------------------------------

    def run(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Run a command to its end, its output into the log `name`. Raises Refused with the log's end when it fails."""
        path = self.installation.logs / f"{name}.log"
        with path.open("wb") as log:
            popen = subprocess.Popen(
                command,
                cwd=ROOT,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._attend(popen)
        if popen.returncode and not self.stopping.is_set():
            raise Refused(f"{name} failed (exit {popen.returncode}):\n{self.log_end(name, 40)}")

    def foreground(self, command: Sequence[str], environment: Mapping[str, str], *, log: str = "") -> int:
        """Run a command on this terminal, which sends it Ctrl-C itself. Returns its exit status.

        With `log` its standard error goes into the log of that name, whose end is told when the command fails.
        """
        with contextlib.ExitStack() as open_files:
            path = self.installation.logs / f"{log}.log"
            errors = open_files.enter_context(path.open("wb")) if log else None
            popen = subprocess.Popen(command, cwd=ROOT, env=dict(environment), stderr=errors)
        status = self._attend(popen)
        if log and status and not self.stopping.is_set():
            console.say(f"{log} failed (exit {status}):\n{self.log_end(log)}")
        return status

    def _attend(self, popen: subprocess.Popen[bytes]) -> int:
        """Wait for a passing child; a signal to us is passed on to it once, and it is guarded like the others."""
        self._guard(Target(popen.pid, signal.SIGTERM, 10, 2))
        passed_on = False
        try:
            while popen.poll() is None:
                if self.stopping.wait(0.05) and not passed_on:
                    popen.terminate()
                    passed_on = True
                elif passed_on:
                    time.sleep(0.05)
                    if self._signals > 1:
                        popen.kill()
        finally:
            self._forget(popen.pid)
        return popen.returncode

    # --- watching -----------------------------------------------------------------------------------------------------

    def _watch(self) -> None:
        while not self._closed:
            with self._lock:
                if not self._closed and not self.stopping.is_set():
                    self._look_after_all()
            time.sleep(0.1)

    def _look_after_all(self) -> None:
        if self._guardian is None or self._guardian.poll() is not None:
            self._start_guardian()
        for child in self._children.values():
            if child.popen is not None and child.popen.poll() is not None:
                self._note_death(child, child.popen)
            if child.due is not None and time.monotonic() >= child.due:
                console.say(f"starting {child.process.name} again")
                self._spawn(child)

    def _note_death(self, child: Child, popen: subprocess.Popen[bytes]) -> None:
        end_group(popen.pid)
        self._forget(popen.pid)
        child.popen = None
        child.last_status = popen.returncode
        child.deaths = 1 if time.monotonic() - child.born > STEADY_SECONDS else child.deaths + 1
        pause = min(child.process.longest_pause_seconds, FIRST_PAUSE_SECONDS * 2 ** min(child.deaths - 1, 10))
        child.due = time.monotonic() + pause
        reason = f"signal {-popen.returncode}" if popen.returncode < 0 else f"exit {popen.returncode}"
        console.say(f"{child.process.name} (pid {popen.pid}) ended: {reason}; again in {pause:g} s")

    # --- the lifeline -------------------------------------------------------------------------------------------------

    def _start_guardian(self) -> None:
        if self._guardian is not None and self._guardian.stdin is not None:
            self._guardian.stdin.close()
        self._guardian = subprocess.Popen(
            [sys.executable, "-S", "-E", "-m", "devtools.guardian"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            start_new_session=True,
            text=True,
        )
        for target in self._guarded.values():
            self._tell(f"guard {target.pid} {int(target.signal)} {target.grace_seconds} {target.tier}")

    def _guard(self, target: Target) -> None:
        with self._lock:
            self._guarded[target.pid] = target
            self._tell(f"guard {target.pid} {int(target.signal)} {target.grace_seconds} {target.tier}")

    def _forget(self, pid: int) -> None:
        with self._lock:
            self._guarded.pop(pid, None)
            self._tell(f"forget {pid}")

    def _tell(self, line: str) -> None:
        """A guardian that died is replaced by the watcher, which entrusts everything to the new one."""
        if self._guardian is not None and self._guardian.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._guardian.stdin.write(f"{line}\n")
                self._guardian.stdin.flush()

    # --- stopping -----------------------------------------------------------------------------------------------------

    def stop(self) -> None:
        """Stop everything that was started here, the servers last. May be called twice."""
        with self._lock:
            self._closed = True
            children = list(self._children.values())
        running = {child.popen.pid: child.popen for child in children if child.popen is not None}
        targets = [target for pid, target in self._guarded.items() if pid in running]
        already = self._signals
        stop_in_tiers(
            targets, is_alive=lambda pid: running[pid].poll() is None, hurry=lambda: self._signals > max(already, 1)
        )
        for child in children:
            records.erase(self.installation.records, child.process.name)
            child.claim.close()
        self._children.clear()
        self._guarded.clear()
        self.installation.tidy()
        self._release_guardian()

    def _release_guardian(self) -> None:
        self._tell("release")
        guardian, self._guardian = self._guardian, None
        if guardian is not None and guardian.stdin is not None:
            guardian.stdin.close()
            guardian.wait()
