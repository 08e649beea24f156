"""Clients that take nothing of what they are told: the web process keeps little for them, however much there is."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
from django.db import connection
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode
from websockets.sync.client import connect
from websockets.sync.connection import Connection

from accounts.models import Membership, User
from executions.models import Execution
from tests.integration import runs
from tests.integration.realtime.live_server import PATIENCE_SECONDS, web_process
from tests.integration.realtime.watching import watching

LINES = 6_000
LINE_BYTES = 6_000
DEAF = 5
MUCH = 40_000_000
"""Bytes. The journal has nearly as many, and would be kept for each of the deaf."""
PINGS = 500_000
PING_BYTES = 125


HASTY: Any = {"compression": None, "ping_interval": None, "close_timeout": 0.1}
"""Whoever does not read hears of no end either, so the client is not to wait for one."""


@pytest.fixture
def young(transactional_db: None) -> Iterator[str]:
    """A web process that has done nothing yet: one that has would fill the room that it kept, and not grow."""
    with web_process() as address:
        yield address


def with_a_long_journal(user: User) -> Execution:
    run = runs.start(runs.workflow(user), user)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO executions_executionevent (execution_id, seq, type, level, payload, at)"
            " SELECT %s, number, 'log', 'info', jsonb_build_object('message', repeat('x', %s)), now()"
            " FROM generate_series(%s::int, %s::int) AS number",
            [run.pk, LINE_BYTES, run.event_seq + 1, LINES],
        )
    Execution.objects.filter(pk=run.pk).update(event_seq=LINES)
    return run


def memory_of(web: str) -> int:
    """Bytes that the web process has to itself."""
    port = str(urlsplit(web).port)
    (process,) = (child for child in psutil.Process().children() if port in child.cmdline())
    return int(process.memory_full_info().uss)


@contextmanager
def over_a_websocket(web: str, user: User, run: Execution) -> Iterator[Connection]:
    with watching(web, run, runs.token(user), since=0, **HASTY) as watcher:
        yield watcher.socket


@contextmanager
def over_socket_io(web: str, user: User, run: Execution) -> Iterator[Connection]:
    address = f"{web}/socket.io/?EIO=4&transport=websocket"
    with connect(address, proxy=None, open_timeout=PATIENCE_SECONDS, **HASTY) as client:
        client.recv(timeout=PATIENCE_SECONDS)
        client.send("40" + json.dumps({"token": runs.token(user), "execution": str(run.pk), "since": 0}))
        yield client


def hear_everything(client: Connection) -> None:
    while f'"seq":{LINES}' not in str(client.recv(timeout=PATIENCE_SECONDS)):
        pass


@pytest.mark.parametrize("wire", [over_a_websocket, over_socket_io])
def test_a_long_journal_is_not_kept_for_who_does_not_read(young: str, user: User, wire: Any) -> None:
    """S31: what is told waits until there is room on the line; others are told on meanwhile."""
    run = with_a_long_journal(user)
    with wire(young, user, run) as reader:
        hear_everything(reader)
    before = memory_of(young)
    with ExitStack() as deaf:
        for _number in range(DEAF):  # the client itself takes a few frames and then no more from its line
            deaf.enter_context(wire(young, user, run))
        with wire(young, user, run) as reader:
            hear_everything(reader)
        assert memory_of(young) - before < MUCH


@pytest.mark.parametrize("wire", [over_a_websocket, over_socket_io])
def test_who_lost_their_rights_is_told_little_more(web: str, user: User, wire: Any) -> None:
    """S31: permission per event: what the line has not taken is asked for again when it takes more."""
    run = with_a_long_journal(user)
    with wire(web, user, run) as slow, watching(web, run, runs.token(user)) as witness:
        assert witness.frame()["type"] == "snapshot"
        Membership.objects.filter(user=user).delete()
        assert witness.refusal()[0] == "invalid_token"  # who came later has been asked again
        heard = list(everything(slow))
    assert "invalid_token" in heard[-1]
    assert len(heard) < LINES


def everything(client: Connection) -> Iterator[str]:
    """What is heard until the server closes; the farewell of Socket.IO is left out."""
    with suppress(ConnectionClosed):
        while True:
            frame = str(client.recv(timeout=PATIENCE_SECONDS))
            if frame not in ("1", "41"):
                yield frame


@contextmanager
def never_reading(web: str, user: User, run: Execution) -> Iterator[socket.socket]:
    """A line on which nothing is read, not even the answer to the handshake, unless the test does."""
    place = urlsplit(web)
    with socket.create_connection((str(place.hostname), place.port or 0), timeout=PATIENCE_SECONDS) as line:
        line.sendall(
            f"GET /ws/executions/{run.pk} HTTP/1.1\r\nHost: {place.netloc}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        line.sendall(framed(Opcode.TEXT, json.dumps({"type": "auth", "token": runs.token(user), "since": 0}).encode()))
        yield line


def framed(opcode: Opcode, data: bytes) -> bytes:
    return Frame(opcode, data).serialize(mask=True)


def test_pings_are_not_answered_one_by_one_to_who_does_not_read(young: str, user: User) -> None:
    """S31: each answer would be kept until it is taken; the newest one is enough, when there is room."""
    run = with_a_long_journal(user)
    with never_reading(young, user, run) as line:
        before = memory_of(young)
        pings = framed(Opcode.PING, b"x" * PING_BYTES) * 1_000
        for _number in range(PINGS // 1_000):
            line.sendall(pings)
        assert memory_of(young) - before < MUCH
        line.sendall(framed(Opcode.PING, b"the newest"))
        hear_both(line, b"the newest", f'"seq":{LINES}'.encode())  # the rest is told as ever


def hear_both(line: socket.socket, *words: bytes) -> None:
    missing, heard = set(words), b""
    while missing:
        heard = heard[-100:] + line.recv(1_000_000)
        missing -= {word for word in missing if word in heard}


def test_a_message_of_endless_empty_pieces_is_refused(web: str, user: User) -> None:
    """S31: they weigh nothing together, and each would be kept."""
    run = runs.start(runs.workflow(user), user)
    with watching(web, run, runs.token(user)) as watcher:
        with suppress(ConnectionClosed):
            watcher.socket.send("" for _number in range(PINGS))
        list(everything(watcher.socket))
        assert watcher.socket.close_code in (1009, 1006)  # the last word may be lost with the line
