"""`var/run/NAME.json`: which processes run, who watches them and where they answer. Read by `status` and `stop`."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from devtools.stopping import Target


@dataclass(frozen=True)
class Record:
    """`started` tells this process from a later one that happens to get the same pid."""

    name: str
    pid: int
    started: float
    address: str | None
    stop_signal: int
    grace_seconds: float
    tier: int
    supervisor: int
    supervisor_started: float

    @property
    def target(self) -> Target:
        return Target(self.pid, self.stop_signal, self.grace_seconds, self.tier)

    @property
    def runs(self) -> bool:
        return same_process(self.pid, self.started)

    @property
    def is_supervised(self) -> bool:
        return same_process(self.supervisor, self.supervisor_started)


def same_process(pid: int, started: float) -> bool:
    """Whether the process that began at `started` still lives as `pid`; a zombie does not."""
    try:
        process = psutil.Process(pid)
        return abs(process.create_time() - started) < 1 and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def started_at(pid: int) -> float:
    """When `pid` began, in seconds since 1970; 0 when it is gone already."""
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:
        return 0.0


def write(folder: Path, record: Record) -> None:
    path = folder / f"{record.name}.json"
    fresh = path.with_suffix(f".{os.getpid()}.new")
    fresh.write_text(json.dumps(asdict(record)))
    fresh.replace(path)


def erase(folder: Path, name: str, *, supervisor: int) -> None:
    """Remove the record of a process, unless another supervisor has taken it over or started it again."""
    found = read(folder, name)
    if found is None or found.supervisor == supervisor:
        (folder / f"{name}.json").unlink(missing_ok=True)


def read(folder: Path, name: str) -> Record | None:
    """The record of one process; None without one. A half-written or foreign file is none."""
    try:
        return Record(**json.loads((folder / f"{name}.json").read_text()))
    except (OSError, ValueError, TypeError):
        return None


def read_all(folder: Path) -> Iterator[Record]:
    """Records in the order in which the processes were started. A half-written or foreign file is passed over."""
    found = (read(folder, path.stem) for path in folder.glob("*.json"))
    yield from sorted(filter(None, found), key=lambda record: (record.started, record.name))
