"""The supervisor's end of its lifeline: the guardian, and what is entrusted to it."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading

from devtools.bootstrap import ROOT
from devtools.stopping import Target


class Lifeline:
    """Whatever is guarded here is stopped when this process dies without `release`. For any thread."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._guardian: subprocess.Popen[str] | None = None
        self._guarded: dict[int, Target] = {}

    def renew(self) -> None:
        """Start the guardian, also in the place of one that died, and entrust everything to it."""
        with self._lock:
            if self._guardian is not None and self._guardian.poll() is None:
                return
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
                self._tell_of(target)

    def guard(self, target: Target) -> None:
        with self._lock:
            self._guarded[target.pid] = target
            self._tell_of(target)

    def forget(self, pid: int) -> None:
        with self._lock:
            self._guarded.pop(pid, None)
            self._tell(f"forget {pid}")

    def release(self) -> None:
        """Nothing of ours runs any more: the guardian goes without a deed."""
        with self._lock:
            self._guarded.clear()
            self._tell("release")
            guardian, self._guardian = self._guardian, None
        if guardian is not None and guardian.stdin is not None:
            guardian.stdin.close()
            guardian.wait()

    def _tell_of(self, target: Target) -> None:
        self._tell(f"guard {target.pid} {int(target.signal)} {target.grace_seconds} {target.tier}")

    def _tell(self, line: str) -> None:
        """A guardian that died is replaced by `renew`, which entrusts everything to the new one."""
        if self._guardian is not None and self._guardian.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._guardian.stdin.write(f"{line}\n")
                self._guardian.stdin.flush()
