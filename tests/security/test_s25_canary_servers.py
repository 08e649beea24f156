"""Servers that are no web pages, and say the password back in their refusals: it is nowhere that Naryad writes."""

from __future__ import annotations

import logging
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.integration.executions import driving
from tests.integration.runs import person, start, workflow
from tests.security.canary import forms_of, whole_database, whole_memory
from tests.security.keys import stored

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "c4n4ry-of-a-server"
Talk = Callable[[bytes], bytes]
"""What is answered to what is heard; nothing has been heard at first."""


def postgres(heard: bytes) -> bytes:
    fields = f"SFATAL\0C28P01\0Mno, {PASSWORD} is wrong\0\0".encode()
    return b"E" + (len(fields) + 4).to_bytes(4) + fields if heard else b""


def redis(heard: bytes) -> bytes:
    return f"-ERR no, {PASSWORD} is wrong\r\n".encode() if heard else b""


def imap(heard: bytes) -> bytes:
    tag = heard.partition(b" ")[0].decode()
    return f"{tag} NO {PASSWORD} is wrong\r\n".encode() if heard else b"* OK ready\r\n"


@contextmanager
def server(talk: Talk) -> Iterator[int]:
    """The port of a server that talks like this."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.sendall(talk(b""))
            while heard := self.request.recv(65_536):
                self.request.sendall(talk(heard))

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as running:
        running.daemon_threads = True
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running.server_address[1]
        running.shutdown()


def by_address(kind: str) -> Callable[[int], dict[str, Any]]:
    options = "?sslmode=disable" if kind == "postgresql" else ""
    return lambda port: {"value": f"{kind}://someone:{PASSWORD}@127.0.0.1:{port}/0{options}"}


def mailbox(port: int) -> dict[str, Any]:
    settings = {"host": "127.0.0.1", "port": str(port), "security": "none"}
    return {"value": PASSWORD, "login": "someone", "settings": settings}


@pytest.mark.parametrize(
    ("kind", "talk", "credential", "node", "config"),
    [
        ("postgres", postgres, by_address("postgresql"), "postgres-query", {"query": "SELECT 1"}),
        ("redis", redis, by_address("redis"), "redis-command", {"command": "read", "key": "a"}),
        ("imap", imap, mailbox, "email-read", {}),
    ],
)
def test_a_refusal_that_says_the_password_is_told_without_it(
    settings: Any,
    caplog: pytest.LogCaptureFixture,
    kind: str,
    talk: Talk,
    credential: Callable[[int], dict[str, Any]],
    node: str,
    config: dict[str, Any],
) -> None:
    """S25: databases and mail servers, too: tables, keys, lines of the log."""
    with server(talk) as port, caplog.at_level(logging.DEBUG):
        settings.OUTBOUND_ALLOW = [f"127.0.0.1:{port}"]
        auth = stored(**credential(port), kind=kind)
        once = {"retry": {"attempts": 1}}
        node_config = {"config": {"credential": str(auth.pk), **config}, "settings": once}
        flow = workflow(person("admin"), ("a", node, node_config))
        execution = start(flow, person("editor"))
        driving.drain()
    assert driving.status(execution) == "failed"
    written = [whole_database(), whole_memory(), caplog.text]
    assert ("is wrong" in written[0]) is (kind == "redis"), (
        "the others tell nothing of what a server says at the log-in"
    )
    assert [form for form in forms_of(PASSWORD) for text in written if form in text] == []
