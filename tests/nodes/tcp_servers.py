"""Ports of the loopback that lead to the tests' own servers, which may listen on a socket file only."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from redis import ConnectionPool

Address = str | tuple[str, int]
"""A socket file, or host and port."""


def postgres_at(settings: dict[str, Any]) -> Address:
    """Where the server of these database settings listens."""
    host = settings["HOST"] or settings["OPTIONS"].get("host", "")
    port = int(settings["PORT"] or 5432)
    return f"{host}/.s.PGSQL.{port}" if host.startswith("/") else (host or "127.0.0.1", port)


def valkey_at(url: str) -> tuple[Address, int]:
    """Where the server of this URL listens, and the number of the database on it."""
    told = ConnectionPool.from_url(url).connection_kwargs
    return told.get("path") or (told["host"], told.get("port", 6379)), told.get("db", 0)


@contextmanager
def forwarded(address: Address) -> Iterator[int]:
    """Gives the port; what comes in there goes to this address."""
    door = socket.create_server(("127.0.0.1", 0))
    lines: list[socket.socket] = [door]
    serving = threading.Thread(target=_serve, args=(door, address, lines), daemon=True)
    serving.start()
    try:
        yield door.getsockname()[1]
    finally:
        for line in lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
        serving.join(5)
        for line in lines:
            line.close()


def _serve(door: socket.socket, address: Address, lines: list[socket.socket]) -> None:
    with suppress(OSError):
        while True:
            near, _address = door.accept()
            far = _dial(address)
            lines += [near, far]
            for source, target in ((near, far), (far, near)):
                threading.Thread(target=_pump, args=(source, target), daemon=True).start()


def _dial(address: Address) -> socket.socket:
    if isinstance(address, tuple):
        return socket.create_connection(address)
    line = socket.socket(socket.AF_UNIX)
    line.connect(address)
    return line


def _pump(source: socket.socket, target: socket.socket) -> None:
    """What one says the other hears. When the listener is gone the speaker is told, who would else wait for ever."""
    try:
        while chunk := source.recv(65536):
            target.sendall(chunk)
    except OSError:
        with suppress(OSError):
            source.shutdown(socket.SHUT_RDWR)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
