"""What is told of an installation whose web process dies in the middle of an answer."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from devtools import records
from devtools.installation import Installation
from devtools.records import Record, started_at
from devtools.status import report

HALVES = (
    b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
    b"HTTP/1.1 503 Unavailable\r\nContent-Length: 100\r\n\r\n{",
    b"HTTP/1",
)


@pytest.fixture(params=HALVES)
def dying(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a web process of which no caller gets a whole answer."""

    def answer() -> None:
        while True:
            try:
                caller, _address = server.accept()
            except OSError:
                return
            with caller:
                caller.recv(65_536)
                caller.sendall(request.param)

    with socket.create_server(("127.0.0.1", 0)) as server:
        answering = threading.Thread(target=answer, daemon=True)
        answering.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
        answering.join()


def test_half_an_answer_is_none(dying: str, tmp_path: Path) -> None:
    home = Installation(tmp_path / "var")
    home.prepare()
    here = os.getpid(), started_at(os.getpid())
    for name, address in (("web", dying), ("worker", "queue:io")):
        web = Record(name, *here, address, 15, 1.0, 1, *here)
        records.write(home.records, web)
    assert {row["name"] for row in report(home)} == {"web", "worker"}
