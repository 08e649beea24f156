"""One client that says far too much: it is sent away, and the others are told on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.sync.connection import Connection

from accounts.models import User
from tests.integration import runs
from tests.integration.executions import driving
from tests.integration.realtime.test_socket_io import connected
from tests.integration.realtime.watching import watching

PATIENCE_SECONDS = 120.0
TEN_MEGABYTES = 10_000_000
SUBSCRIBES = 1_000
TOO_BIG = 1009
PIECE = 60_000


def as_one_frame(text: str) -> Any:
    return text


def in_frames_of_bearable_size(text: str) -> Iterator[str]:
    return (text[start : start + PIECE] for start in range(0, len(text), PIECE))


@contextmanager
def over_a_websocket(web: str, user: User, run: Any, **options: Any) -> Iterator[Connection]:
    """Admitted, and told the first frame."""
    with watching(web, run, runs.token(user), **options) as watcher:
        assert watcher.frame()["type"] == "snapshot"
        yield watcher.socket


@contextmanager
def over_socket_io(web: str, user: User, _run: Any, **options: Any) -> Iterator[Connection]:
    """Admitted; packets are written by hand, so that nothing of the client holds them back."""
    address = f"{web}/socket.io/?EIO=4&transport=websocket"
    with connect(address, proxy=None, open_timeout=PATIENCE_SECONDS, **options) as socket:
        socket.recv(timeout=PATIENCE_SECONDS)
        socket.send("40" + json.dumps({"token": runs.token(user)}))
        assert str(socket.recv(timeout=PATIENCE_SECONDS)).startswith("40")
        yield socket


def heard_until_the_end(socket: Connection) -> list[str]:
    """What the server still says before it closes."""
    heard = []
    with suppress(ConnectionClosed):
        while True:
            heard.append(str(socket.recv(timeout=PATIENCE_SECONDS)))
    return heard


@pytest.mark.parametrize("wire", [over_a_websocket, over_socket_io])
@pytest.mark.parametrize("shape", [as_one_frame, in_frames_of_bearable_size])
@pytest.mark.parametrize("compression", [None, "deflate"])
def test_ten_megabytes_end_the_connection_and_no_other(
    web: str, user: User, wire: Any, shape: Any, compression: str | None
) -> None:
    """S31: a 10 MB frame, as it is, in pieces, and squeezed to a few kilobytes: refused, whoever sends it."""
    run = runs.start(runs.workflow(user), user)
    with connected(web, {"token": runs.token(user)}) as witness:
        assert witness.subscribe(run) == {"ok": True}
        with wire(web, user, run, compression=compression) as socket:
            with suppress(ConnectionClosed):  # it may be sent away before the last byte
                socket.send(shape("4" + "x" * TEN_MEGABYTES))
            heard_until_the_end(socket)
            # Where the server cuts the line under what is still on its way, its last word may be lost with it.
            assert socket.close_code in (TOO_BIG, 1006)
        driving.drain()
        assert [told["seq"] for told in witness.events_until("execution.succeeded")] == [2, 3, 4]


def test_a_thousand_subscribes_end_a_websocket_and_no_other(web: str, user: User) -> None:
    """S31: 1 000 subscribes: sixty are answered, then one word says why, and the rest is not even read."""
    run = runs.start(runs.workflow(user), user)
    wish = json.dumps({"type": "subscribe", "execution": str(run.pk)})
    with watching(web, run, runs.token(user)) as witness:
        assert witness.frame()["type"] == "snapshot"
        with over_a_websocket(web, user, run, max_queue=None) as socket:
            with suppress(ConnectionClosed):
                for _number in range(SUBSCRIBES):
                    socket.send(wish)
            answers = [json.loads(frame)["code"] for frame in heard_until_the_end(socket)]
        assert answers[-1] == "too_many_messages"
        assert set(answers[:-1]) == {"bad_message"}
        assert len(answers) <= 61
        driving.drain()
        assert [told["seq"] for told in witness.events_until("execution.succeeded")] == [2, 3, 4]


def test_a_thousand_subscribes_end_a_connection_of_socket_io_and_no_other(web: str, user: User) -> None:
    """S31: 1 000 subscribes to a run that is there: sixty are done, one word says why no more; no place stays taken."""
    run = runs.start(runs.workflow(user), user)
    stranger = runs.person("viewer")
    with connected(web, {"token": runs.token(user)}) as witness:
        assert witness.subscribe(run) == {"ok": True}
        with over_socket_io(web, stranger, run, max_queue=None) as socket:
            with suppress(ConnectionClosed):
                for number in range(SUBSCRIBES):
                    socket.send(f"42{number}" + json.dumps(["subscribe", {"execution": str(run.pk)}]))
            heard = heard_until_the_end(socket)
        assert any("too_many_messages" in packet for packet in heard)
        assert sum('"ok":true' in packet for packet in heard) <= 60
        with connected(web, {"token": runs.token(stranger)}) as again:
            assert again.subscribe(run) == {"ok": True}
        driving.drain()
        assert [told["seq"] for told in witness.events_until("execution.succeeded")] == [2, 3, 4]
