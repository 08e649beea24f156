"""Servers of others, played here: some accept and never answer, one answers at once."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Sequence
from typing import Final, Self

LOOPBACK: Final = "127.0.0.1"
BACKLOG: Final = 512
ANSWER: Final = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n" + b'{"ok":true}'


class Hanging:
    """Listens at each of `ports`, takes every connection and never says a word."""

    def __init__(self, ports: Sequence[int]) -> None:
        self.ports = tuple(ports)
        self._changed = threading.Condition()
        self._held: list[socket.socket] = []
        self._doors = [socket.create_server((LOOPBACK, port), backlog=BACKLOG) for port in ports]
        for door in self._doors:
            threading.Thread(target=self._take, args=(door,), daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for door in self._doors:
            door.close()
        self.let_go()

    def let_go(self) -> None:
        """Hang up on everybody."""
        with self._changed:
            for line in self._held:
                line.close()
            self._held.clear()

    def wait_for(self, calls: int, seconds: float) -> int:
        """Return when so many callers hang, or after `seconds`; how many do."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._held) >= calls, seconds)
            return len(self._held)

    def _take(self, door: socket.socket) -> None:
        while True:
            try:
                line, _address = door.accept()
            except OSError:  # the door was closed
                return
            with self._changed:
                self._held.append(line)
                self._changed.notify_all()


class _Prompt(socketserver.StreamRequestHandler):
    """Answers each request of a connection as soon as its head is there."""

    def handle(self) -> None:
        while line := self.rfile.readline():
            if line == b"\r\n":
                self.wfile.write(ANSWER)


class Prompt(socketserver.ThreadingTCPServer):
    """Answers at once. A context manager: it serves from enter to exit."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = BACKLOG

    def __init__(self, port: int) -> None:
        super().__init__((LOOPBACK, port), _Prompt)

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()
