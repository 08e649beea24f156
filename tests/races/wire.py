"""A wire to PostgreSQL that can lose the answer to a commit: what happened is known to the server alone."""

from __future__ import annotations

import contextlib
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection

READY_FOR_QUERY = b"Z\x00\x00\x00\x05I"
"""What the server says when it has done, and is in no transaction: what it was asked to write is committed."""
CHUNK = 65536


class Wire:
    """Passes everything on between clients and the server, until it is told to lose an answer."""

    def __init__(self, folder: Path, server: Any) -> None:
        self.folder = folder
        self._server = server
        self._losing = threading.Event()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / ".s.PGSQL.5432"))
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def lose_the_next_answer(self) -> None:
        """The next thing that a client asks is done by the server, and the connection breaks before it answers."""
        self._losing.set()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _address = self._listener.accept()
                server = socket.socket(self._server[0])
                server.connect(self._server[1])
                threading.Thread(target=self._pass, args=(client, server), daemon=True).start()
                threading.Thread(target=self._answer, args=(server, client), daemon=True).start()

    def _pass(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while said := client.recv(CHUNK):
                server.sendall(said)
            server.shutdown(socket.SHUT_WR)

    def _answer(self, server: socket.socket, client: socket.socket) -> None:
        end = b""
        with contextlib.suppress(OSError):
            while said := server.recv(CHUNK):
                end = (end + said)[-len(READY_FOR_QUERY) :]  # it may come in two pieces
                if self._losing.is_set():
                    if end == READY_FOR_QUERY:
                        self._losing.clear()
                        break
                else:
                    client.sendall(said)
        for line in (client, server):
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()


@contextmanager
def wire() -> Iterator[Wire]:
    """A wire to the database of the tests, for as long as the block lasts."""
    parameters = connection.get_connection_params()
    host, port = str(parameters.get("host") or "localhost"), int(parameters.get("port") or 5432)
    unix = host.startswith("/")
    address: Any = f"{host}/.s.PGSQL.{port}" if unix else (host, port)
    with tempfile.TemporaryDirectory() as folder:
        made = Wire(Path(folder), (socket.AF_UNIX if unix else socket.AF_INET, address))
        try:
            yield made
        finally:
            made.close()


def reconnect(wire: Wire) -> None:
    """Called in an actor's thread: talk to the database through the wire from now on."""
    connection.close()
    connection.settings_dict = {**connection.settings_dict, "HOST": str(wire.folder), "PORT": "5432"}
    connection.ensure_connection()
