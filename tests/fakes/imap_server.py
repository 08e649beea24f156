"""A mailbox on a real IMAP server: pymap, which nobody here wrote, as a process on loopback."""

from __future__ import annotations

import imaplib
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from devtools.installation import free_port

LOGIN, PASSWORD = "demouser", "demopass"
START_SECONDS = 120.0


@dataclass
class MailServer:
    """Letters are put in over IMAP itself, by `APPEND`."""

    port: int
    folder: str = "INBOX"

    @contextmanager
    def line(self) -> Iterator[imaplib.IMAP4]:
        with imaplib.IMAP4("127.0.0.1", self.port) as line:
            line.login(LOGIN, PASSWORD)
            yield line

    def put(self, *letters: bytes, ago: float = 0.0) -> None:
        """Letters arrive in this order, now or so many seconds ago."""
        with self.line() as line:
            for letter in letters:
                status, _data = line.append(self.folder, "", imaplib.Time2Internaldate(time.time() - ago), letter)
                assert status == "OK"

    def rebuild(self) -> None:
        """The folder is made anew: the same letters under other numbers, and another UIDVALIDITY."""
        with self.line() as line:
            line.select(self.folder, readonly=True)
            _status, found = line.search(None, "ALL")
            kept = []
            for number in found[0].split():
                data = line.fetch(number.decode(), "(INTERNALDATE BODY.PEEK[])")[1]
                part = next(part for part in data if isinstance(part, tuple))
                kept.append((imaplib.Internaldate2tuple(part[0]), part[1]))
        with self.line() as line:
            assert line.delete(self.folder)[0] == "OK"
            assert line.create(self.folder)[0] == "OK"
            for came, letter in kept:
                line.append(self.folder, "", "" if came is None else imaplib.Time2Internaldate(came), letter)


@contextmanager
def running() -> Iterator[MailServer]:
    """The server on a free port, with one box of `LOGIN` and nothing of note in it."""
    port = free_port()
    program = shutil.which("pymap", path=str(Path(sys.executable).parent))
    assert program is not None
    place = ["--host", "127.0.0.1", "--port", str(port), "--no-tls"]
    process = subprocess.Popen([program, *place, "dict"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield MailServer(port)
    finally:
        process.terminate()
        process.wait(START_SECONDS)


def _wait_for(port: int) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise AssertionError("the IMAP server does not start")
