"""Who may do what in one folder: locks of the kernel, which go with the process that held them, however it ends."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from devtools.records import same_process, started_at


@dataclass(frozen=True)
class Holder:
    """A command of dev.py that holds a lock, as a person knows it: `dev.py up (pid 123)`."""

    pid: int
    started: float
    command: str

    def __str__(self) -> str:
        return f"dev.py {self.command} (pid {self.pid})"


def try_lock(path: Path, *, shared: bool = False) -> IO[bytes] | None:
    """The lock, held while the file is open, or None while somebody has it. Many may share it with each other.

    Who holds it alone is written into it.
    """
    file = open(path, "ab")  # noqa: SIM115 - held by the caller as long as it lives
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    if not shared:
        sign(file)
    return file


def sign(file: IO[bytes]) -> None:
    """Write into a lock that it is ours."""
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    unsign(file)
    file.write(json.dumps([os.getpid(), started_at(os.getpid()), command]).encode())
    file.flush()


def unsign(file: IO[bytes]) -> None:
    """For a lock that is given back long before its holder ends."""
    file.truncate(0)


def become_the_only_user(file: IO[bytes]) -> bool:
    """Turn a shared lock into one that nobody else has. When others share it False, and it may be lost."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def holder_of(path: Path) -> Holder | None:
    """Who signed the lock and still lives. It may have given the lock back already, when it is about to end."""
    with contextlib.suppress(OSError, ValueError, TypeError):
        found = Holder(*json.loads(path.read_bytes()))
        return found if same_process(found.pid, found.started) else None
    return None
