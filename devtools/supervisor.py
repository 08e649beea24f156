"""Starts processes, waits until they serve, starts them again when they die, and leaves none behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import FrameType, TracebackType
from typing import IO, TypeVar

from devtools import console, records
from devtools.adoption import Adopted, Running, how_it_ended
from devtools.bootstrap import ROOT
from devtools.claims import become_the_only_user
from devtools.installation import Installation, Refused
from devtools.lifeline import Lifeline
from devtools.stopping import Target, end_group, stop_in_tiers

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 60.0
"""A process that lived this long has recovered: its next death is paused for as briefly as a first one."""
HOPELESS_STARTS = 4
"""A process that died this often before it was ready the first time will not come up by being started again."""
LARGEST_LOG_BYTES = 20_000_000

T = TypeVar("T")


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
    """A process that was started, or waits to be started again at `due` (monotonic seconds).

    A server that several commands use has a shared lock in `use`. The one command that has its `claim` keeps it, and
    the others, without, stand in line for the claim.
    """

    process: Process
    claim: IO[bytes] | None
    use: IO[bytes] | None = None
    popen: Running | None = None
    born: float = 0.0
    deaths: int = 0
    due: float | None = None
    last_status: int | None = None

    @property
    def alive(self) -> bool:
        popen = self.popen
        return popen is not None and popen.poll() is None

    @property
    def serves(self) -> bool:
        """Whether it, or the one that another command keeps, says that it is ready."""
        return (self.alive or self.claim is None) and (self.process.ready is None or self.process.ready())


class Supervisor:
    """Use as a context manager in the main thread: it takes SIGINT and SIGTERM, and on leaving it stops everything.

    `stopping` is set by the first signal. A second one cuts the grace of the processes short.
    """

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.stopping = threading.Event()
        self._signals = 0
        self._interrupts_are_theirs = False
        self._children: dict[str, Child] = {}
        self._lock = threading.RLock()
        self._closed = False
        self._watcher = threading.Thread(target=self._watch, name="watch", daemon=True)
        self._lifeline = Lifeline()
        self._held: list[IO[bytes]] = []
        self._handlers: dict[int, object] = {}

    def __enter__(self) -> Supervisor:
        os.umask(0o077)
        self.installation.prepare()
        # Started by nohup, the end of the terminal means nothing to us.
        lost_terminal = () if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else (signal.SIGHUP,)
        for number in (signal.SIGINT, signal.SIGTERM, *lost_terminal):
            self._handlers[number] = signal.signal(number, self._on_signal)
        self._lifeline.renew()
        self._watcher.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if number == signal.SIGINT and self._interrupts_are_theirs:
            return
        self._signals += 1
        self.stopping.set()

    # --- claims -------------------------------------------------------------------------------------------------------

    def hold(self, name: str) -> bool:
        """Take the claim `name` until everything is stopped. False when somebody has it."""
        claim = self.installation.try_claim(name)
        if claim is not None:
            self._held.append(claim)
        return claim is not None

    def wait_for(self, take: Callable[[], T | None], reason: Callable[[], str]) -> T | None:
        """What `take` gives, asked until it gives something; the reason is told once. None when we are to stop."""
        told = False
        while not self.stopping.is_set():
            taken = take()
            if taken is not None:
                return taken
            if not told:
                console.say(reason())
                told = True
            self.stopping.wait(0.1)
        return None

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
        self.wait_until_ready([process.name for process in processes], timeout_seconds)

    def share(self, name: str, make: Callable[[bool], Process]) -> None:
        """Use the server `name`: start it, or wait to keep it when the command that keeps it now has ended.

        `make` says how to run it, and is told whether we start it. Not ready yet: `wait_until_ready`.
        """
        use = self.wait_for(
            lambda: self.installation.try_claim(f"{name}.users", shared=True),
            lambda: f"waiting: another command stops {name}",
        )
        if use is None:
            return
        claim = self.installation.try_claim(name)
        process = make(claim is not None)
        with self._lock:
            child = Child(process, claim, use)
            self._children[name] = child
            if claim is not None:
                self._keep(child)

    def keeps(self, name: str) -> bool:
        """Whether it is us who start `name` again when it dies."""
        return name in self._children and self._children[name].claim is not None

    def _keep(self, child: Child) -> None:
        """The claim is ours: take over what the one before us has left, or start it."""
        process = child.process
        left = records.read(self.installation.records, process.name)
        if left is None or not left.runs:
            self._spawn(child)
            return
        console.say(f"{process.name} (pid {left.pid}) is kept by this command now")
        child.popen = Adopted(left)
        child.born = time.monotonic()
        self._entrust(process, left.pid)

    def _spawn(self, child: Child) -> None:
        process = child.process
        path = self.installation.logs / f"{process.name}.log"
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_size > LARGEST_LOG_BYTES:
                path.replace(path.with_suffix(".log.1"))
        with path.open("ab") as log:
            popen = child.popen = subprocess.Popen(
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
        self._entrust(process, popen.pid)

    def _entrust(self, process: Process, pid: int) -> None:
        self._lifeline.guard(_target(process, pid))
        record = records.Record(
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
        records.write(self.installation.records, record)

    def wait_until_ready(self, names: Iterable[str], timeout_seconds: float = 60.0) -> None:
        """Until all of them are ready, or we are to stop. Raises Refused as `start` does."""
        deadline = time.monotonic() + timeout_seconds
        waiting = list(names)
        while waiting and not self.stopping.is_set():
            for name in list(waiting):
                child = self._children[name]
                if child.deaths >= HOPELESS_STARTS:
                    raise Refused(f"{name} does not stay up (exit {child.last_status}):\n{self.log_end(name)}")
                if child.serves:
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

    def foreground(
        self, command: Sequence[str], environment: Mapping[str, str], *, log: str = "", talks: bool = False
    ) -> int:
        """Run a command on this terminal, which sends it Ctrl-C itself. Returns its exit status.

        One that `talks` to a person there decides what Ctrl-C means; for all others it is the end.
        With `log` its standard error goes into the log of that name, whose end is told when the command fails.
        """
        with contextlib.ExitStack() as open_files:
            path = self.installation.logs / f"{log}.log"
            errors = open_files.enter_context(path.open("wb")) if log else None
            self._interrupts_are_theirs = talks and os.isatty(0)
            popen = subprocess.Popen(command, cwd=ROOT, env=dict(environment), stderr=errors)
        status = self._attend(popen)
        self._interrupts_are_theirs = False
        if log and status and not self.stopping.is_set():
            console.say(f"{log} failed (exit {status}):\n{self.log_end(log)}")
        return status

    def _attend(self, popen: subprocess.Popen[bytes]) -> int:
        """Wait for a passing child; a signal to us is passed on to it once, and it is guarded like the others."""
        self._lifeline.guard(Target(popen.pid, signal.SIGTERM, 10, 2))
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
            self._lifeline.forget(popen.pid)
        return popen.returncode

    # --- watching -----------------------------------------------------------------------------------------------------

    def _watch(self) -> None:
        while not self._closed:
            with self._lock:
                if not self._closed and not self.stopping.is_set():
                    self._look_after_all()
            time.sleep(0.1)

    def _look_after_all(self) -> None:
        self._lifeline.renew()
        for child in self._children.values():
            if child.claim is None:
                child.claim = self.installation.try_claim(child.process.name)
                if child.claim is not None:
                    self._keep(child)
            if child.popen is not None and child.popen.poll() is not None:
                self._note_death(child, child.popen)
            if child.due is not None and time.monotonic() >= child.due:
                console.say(f"starting {child.process.name} again")
                self._spawn(child)

    def _note_death(self, child: Child, popen: Running) -> None:
        end_group(popen.pid)
        self._lifeline.forget(popen.pid)
        child.popen = None
        child.last_status = popen.returncode
        child.deaths = 1 if time.monotonic() - child.born > STEADY_SECONDS else child.deaths + 1
        pause = min(child.process.longest_pause_seconds, FIRST_PAUSE_SECONDS * 2 ** min(child.deaths - 1, 10))
        child.due = time.monotonic() + pause
        console.say(f"{child.process.name} (pid {popen.pid}) ended{how_it_ended(popen)}; again in {pause:g} s")

    # --- stopping -----------------------------------------------------------------------------------------------------

    def stop(self) -> None:
        """Stop everything that was started here, the servers last, but none that others use. May be called twice."""
        with self._lock:
            self._closed = True
            children = list(self._children.values())
        already = self._signals

        def hurry() -> bool:
            return self._signals > max(already, 1)

        self._end([child for child in children if child.use is None], hurry)
        self._end([child for child in children if child.use and child.claim and not self._leave(child, hurry)], hurry)
        for child in children:
            for lock in filter(None, (child.claim, child.use)):
                lock.close()
        self._children.clear()
        self.installation.tidy()
        self._lifeline.release()
        while self._held:
            self._held.pop().close()

    def _end(self, children: Sequence[Child], hurry: Callable[[], bool]) -> None:
        running = {child.popen.pid: child for child in children if child.popen is not None}
        targets = [_target(child.process, pid) for pid, child in running.items()]
        stop_in_tiers(targets, is_alive=lambda pid: running[pid].alive, hurry=hurry)
        for child in children:
            records.erase(self.installation.records, child.process.name, supervisor=os.getpid())

    def _leave(self, child: Child, hurry: Callable[[], bool]) -> bool:
        """Give a server to the others who use it, and wait until one keeps it. False when nobody else uses it.

        Then nobody begins to as long as we have its lock.
        """
        assert child.claim is not None
        assert child.use is not None
        name = child.process.name
        child.claim.close()
        while not hurry():
            kept = records.read(self.installation.records, name)
            if kept is not None and kept.supervisor != os.getpid():
                console.say(f"{name} goes on: {self.installation.holder(name) or 'another command'} uses it")
                if child.popen is not None:
                    self._lifeline.forget(child.popen.pid)
                return True
            if become_the_only_user(child.use):
                break
            time.sleep(0.05)
        return False


def _target(process: Process, pid: int) -> Target:
    return Target(pid, process.stop_signal, process.grace_seconds, process.tier)
