"""The worker's side of an isolated step: it only waits, so its leases are renewed whatever the node does."""

from __future__ import annotations

import os
import select
import signal
import threading
import time
import warnings
from contextlib import suppress
from typing import Any

from executions import failures
from executions.context import StepContext
from executions.isolation import child, wire
from executions.isolation.child import GRACE_SECONDS
from integrations.errors import Cancelled
from workflows.node_type import NodeError, NodeType, Outcome, Permanent, Transient

TICK_SECONDS = 0.1
CHUNK = 1 << 16


def run_apart(context: StepContext, node_type: NodeType, *, may_repeat: bool) -> Outcome:
    """Run the node in a process forked for it; what it returns, raises, logs and calls is as if it had run here.

    The process and all that it has started are killed at the step's deadline, or at once when the step is cancelled.
    Raises `Transient("timed_out")`, `Cancelled`, and `process_died` when the process ends without a word: `Transient`
    if the node `may_repeat`, else `Permanent`.
    """
    own = _Apart(context, node_type)
    with context.cancel.watching(own.stop):
        try:
            last = own.listen(context)
        finally:
            own.end()
    if last is not None:
        return wire.result_of(last)
    if context.cancel.cancelled:
        raise Cancelled
    if own.late:
        raise Transient(failures.TIMED_OUT.code, failures.TIMED_OUT.message)
    raise _died(own.exit_code, may_repeat=may_repeat)


def _died(exit_code: int, *, may_repeat: bool) -> NodeError:
    how: dict[str, Any] = {"signal": signal.Signals(-exit_code).name} if exit_code < 0 else {"exitCode": exit_code}
    return (Transient if may_repeat else Permanent)("process_died", failures.PROCESS_DIED, **how)


class _Apart:
    """The process of a step. `exit_code` is known after `end`, negative for a signal."""

    def __init__(self, context: StepContext, node_type: NodeType) -> None:
        self._results, telling = os.pipe()
        obeying, control = os.pipe()
        self._control: int | None = control
        self._end_at = context.deadline + GRACE_SECONDS
        self._lock = threading.Lock()
        self.late = False
        self.exit_code = 0
        self._pid = _fork()
        if self._pid == 0:
            os.close(self._results)
            os.close(control)
            child.live(context, node_type, results=telling, control=obeying)
        os.close(telling)
        os.close(obeying)
        with suppress(OSError):  # as the child does it too, a signal to the group misses neither
            os.setpgid(self._pid, self._pid)

    def stop(self) -> None:
        """Let the process end: it may say its last words, then it is killed. From any thread, any number of times."""
        with self._lock:
            if self._control is not None:
                os.close(self._control)
                self._control = None
                self._end_at = min(self._end_at, time.monotonic() + GRACE_SECONDS)

    def listen(self, context: StepContext) -> dict[str, Any] | None:
        """Hear lines and calls until the last frame; None when there is none, because of time or of a sudden end."""
        door = select.poll()
        door.register(self._results, select.POLLIN)
        heard = bytearray()
        while time.monotonic() < self._end_at:
            if not door.poll(TICK_SECONDS * 1000):
                if self._is_over():
                    return None
                continue
            chunk = os.read(self._results, CHUNK)
            if not chunk:
                self._await_end()
                return None
            heard += chunk
            if b"\n" in chunk:
                *lines, rest = bytes(heard).split(b"\n")
                heard = bytearray(rest)
                for line in lines:
                    last = _hear(wire.read(line), context)
                    if last is not None:
                        return last
        self.late = True
        return None

    def end(self) -> None:
        """Kill the process and all that it has started, if they are still there."""
        self.stop()
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._pid, signal.SIGKILL)
        _pid, status = os.waitpid(self._pid, 0)
        self.exit_code = os.waitstatus_to_exitcode(status)
        os.close(self._results)

    def _is_over(self) -> bool:
        """Whether the process has ended; it stays to be collected, so nobody else gets its number yet."""
        return os.waitid(os.P_PID, self._pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def _await_end(self) -> None:
        """The line is closed, so the process is ending: how it ends is to be seen before it is killed."""
        patience = time.monotonic() + GRACE_SECONDS
        while not self._is_over() and time.monotonic() < patience:
            time.sleep(TICK_SECONDS / 10)


def _fork() -> int:
    """The other threads of a worker wait for the database or publish announcements: they hold nothing that the child
    needs, and should it hang all the same, it ends in its time."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 warns of forks beside threads
        return os.fork()


def _hear(frame: dict[str, Any], context: StepContext) -> dict[str, Any] | None:
    """Take in what the step did; a frame that is no such thing is the last one."""
    if "line" in frame:
        context.log.lines.append(wire.line_of(frame, context.step_id))
    elif "sent" in frame:
        context.effects.append(wire.sent_of(frame))
    elif "secret" in frame:
        if context.vault is not None:
            context.vault.learn(frame["secret"])
    else:
        return frame
    return None
