"""A process that goes on under another command than the one that started it."""

from __future__ import annotations

from typing import Protocol

from devtools.records import Record


class Running(Protocol):
    """What a supervisor asks of a process that it keeps."""

    @property
    def pid(self) -> int: ...

    @property
    def returncode(self) -> int | None: ...

    def poll(self) -> int | None: ...


class Adopted:
    """No child of ours, so nobody tells us how it ends: its exit status is always 0."""

    def __init__(self, record: Record) -> None:
        self.pid = record.pid
        self.returncode: int | None = None
        self._record = record

    def poll(self) -> int | None:
        if self.returncode is None and not self._record.runs:
            self.returncode = 0
        return self.returncode


def how_it_ended(process: Running) -> str:
    """For the line about it; nothing where nobody has told us."""
    status = process.returncode
    if isinstance(process, Adopted) or status is None:
        return ""
    return f": signal {-status}" if status < 0 else f": exit {status}"
