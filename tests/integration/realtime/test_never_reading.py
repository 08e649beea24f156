"""Clients that take nothing of what they are told: the web process keeps little for them, however much there is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
from django.db import connection
from websockets.sync.client import connect
from websockets.sync.connection import Connection

from accounts.models import User
from executions.models import Execution
from tests.integration import runs
from tests.integration.realtime.live_server import PATIENCE_SECONDS
from tests.integration.realtime.watching import watching

LINES = 20_000
LINE_BYTES = 2_000
DEAF = 4
MUCH = 30_000_000
"""Bytes. The journal has forty million, and would be kept for each of the deaf."""


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
    with watching(web, run, runs.token(user), since=0, compression=None) as watcher:
        yield watcher.socket


@contextmanager
def over_socket_io(web: str, user: User, run: Execution) -> Iterator[Connection]:
    address = f"{web}/socket.io/?EIO=4&transport=websocket"
    with connect(address, proxy=None, open_timeout=PATIENCE_SECONDS, compression=None) as socket:
        socket.recv(timeout=PATIENCE_SECONDS)
        socket.send("40" + json.dumps({"token": runs.token(user), "execution": str(run.pk), "since": 0}))
        yield socket


def hear_everything(socket: Connection) -> None:
    while f'"seq":{LINES}' not in str(socket.recv(timeout=PATIENCE_SECONDS)):
        pass


@pytest.mark.parametrize("wire", [over_a_websocket, over_socket_io])
def test_a_long_journal_is_not_kept_for_who_does_not_read(web: str, user: User, wire: Any) -> None:
    """S31: what is told waits until there is room on the line; others are told on meanwhile."""
    run = with_a_long_journal(user)
    with wire(web, user, run) as reader:
        hear_everything(reader)
    before = memory_of(web)
    with ExitStack() as deaf:
        for _number in range(DEAF):  # the client itself takes a few frames and then no more from its line
            deaf.enter_context(wire(web, user, run))
        with wire(web, user, run) as reader:
            hear_everything(reader)
        assert memory_of(web) - before < MUCH
