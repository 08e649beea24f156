"""How processes are stopped: asked in turn, waited for, and ended when they do not go. Standard library only."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Target:
    """A process that leads a group of its own. Higher tiers go first; tier 0 are the servers that all others use."""

    pid: int
    signal: int
    grace_seconds: float
    tier: int


def stop_in_tiers(
    targets: Collection[Target], is_alive: Callable[[int], bool], hurry: Callable[[], bool] = lambda: False
) -> None:
    """Returns when every target and everything in its group is gone. `hurry` turning true cuts the grace short."""
    for tier in sorted({target.tier for target in targets}, reverse=True):
        members = [target for target in targets if target.tier == tier]
        for target in members:
            if is_alive(target.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(target.pid, target.signal)
        asked = time.monotonic()
        while not hurry():
            now = time.monotonic() - asked
            if not any(is_alive(target.pid) and now < target.grace_seconds for target in members):
                break
            time.sleep(0.05)
        for target in members:
            end_group(target.pid)
            while is_alive(target.pid):
                with contextlib.suppress(ProcessLookupError):  # one that leads no group is not gone yet
                    os.kill(target.pid, signal.SIGKILL)
                time.sleep(0.01)


def end_group(pid: int) -> None:
    """SIGKILL to whatever is left in the group that `pid` leads or led."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def runs(pid: int) -> bool:
    """Whether `pid` is alive. For processes that are no children of ours; a zombie counts as gone."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        status = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return not Path("/proc/self/stat").exists()
    return status.rpartition(b")")[2].split()[0] != b"Z"
