"""Where one installation keeps its things: data, secrets, logs, process records and sockets."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import os
import random
import socket
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from devtools.bootstrap import ROOT
from devtools.claims import Holder, holder_of, try_lock

LONGEST_SOCKET_PATH = 100
"""The kernel takes 108 bytes on Linux and 104 on macOS, the closing NUL included."""
LASTING_PORTS = range(20_000, 32_000)
"""Below those that the kernel gives to connections, and to servers that do not mind where they listen."""


class Refused(Exception):
    """Nothing was started, or what was started was stopped again; the text says why and the cure."""


@dataclass(frozen=True)
class Installation:
    """One `var` folder. A checkout has `var`, its tests have `var/test`, an acceptance test has one of its own."""

    var: Path

    @property
    def logs(self) -> Path:
        return self.var / "log"

    @property
    def records(self) -> Path:
        return self.var / "run"

    @property
    def credentials(self) -> Path:
        return self.var / "demo-credentials.json"

    @property
    def sockets(self) -> Path:
        """`var/run`, or a short private folder when the path of the checkout is too long for a socket."""
        if len(os.fsencode(self.records / "postgres" / ".s.PGSQL.5432.lock")) <= LONGEST_SOCKET_PATH:
            return self.records
        name = hashlib.sha256(os.fsencode(self.var)).hexdigest()[:12]
        return Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()) / f"naryad-{os.getuid()}-{name}"

    @property
    def postgres_socket_folder(self) -> Path:
        return self.sockets / "postgres"

    @property
    def valkey_socket(self) -> Path:
        return self.sockets / "valkey.sock"

    def prepare(self) -> None:
        """Make the folders, closed to other people. Raises Refused when the short one belongs to somebody else."""
        for folder in (self.var, self.logs, self.records, self.sockets):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = self.sockets.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            raise Refused(f"{self.sockets} belongs to somebody else: remove it or set XDG_RUNTIME_DIR")

    def tidy(self) -> None:
        """Remove the short folder for sockets when nothing is in it any more."""
        if self.sockets != self.records:
            for folder in (self.postgres_socket_folder, self.sockets):
                with contextlib.suppress(OSError):
                    folder.rmdir()

    def claim(self, name: str) -> IO[bytes]:
        """The one right to run process `name` here, held while the returned file is open. Raises Refused."""
        lock = self.try_claim(name)
        if lock is None:
            raise Refused(
                f"{name} is already running from this folder ({self.var}): "
                f"end {self.holder(name) or 'the other command'} first"
            )
        return lock

    def try_claim(self, name: str, *, shared: bool = False) -> IO[bytes] | None:
        """As `claim`, but None when somebody has it; a shared one hinders only those who want it alone."""
        return try_lock(self._lock(name), shared=shared)

    def holder(self, name: str) -> Holder | None:
        """The command that has the claim `name`, or had it and has not ended yet."""
        return holder_of(self._lock(name))

    def _lock(self, name: str) -> Path:
        return self.records / f"{name}.lock"


def installation() -> Installation:
    """The installation that the environment names (`NARYAD_VAR`), by default `var` beside `dev.py`."""
    return Installation((ROOT / (os.environ.get("NARYAD_VAR") or "var")).resolve())


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    return free_ports(1)[0]


def free_ports(count: int) -> list[int]:
    """So many different ones, which nobody is given by chance before they are used. Raises Refused."""
    found = itertools.islice(filter(port_is_free, random.sample(LASTING_PORTS, len(LASTING_PORTS))), count)
    if len(ports := list(found)) < count:
        raise Refused(f"no {count} ports from {LASTING_PORTS.start} to {LASTING_PORTS.stop - 1} are free")
    return ports
