"""Words that no process of ours announces and no client of ours says, heard by all that listen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import redis
from django.conf import settings
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.sync.connection import Connection

from accounts.models import User
from executions.consumers.admission import SOCKETS_PER_USER
from executions.realtime import CHANNEL
from executions.realtime.ear import Ear
from tests.integration import runs
from tests.integration.executions import driving
from tests.integration.realtime.live_server import PATIENCE_SECONDS, until
from tests.integration.realtime.test_socket_io import connected
from tests.integration.realtime.watching import watching

GOOD: dict[str, Any] = {"execution": "", "seq": 1, "running": []}
ODD: tuple[Any, ...] = (None, True, -1, 10**17, 1.5, "", "9" * 5000, "x", [], [[]], {}, {"step": []}, [None], ["step"])


def announcements(run: str) -> Iterator[bytes]:
    """What is no JSON, what is none of ours, and ours with something odd in each place."""
    yield from (b"", b"\xff\xfe", b"null", b"7", b"[]", b"{}", b'"x"', b"[" * 5000, b'{"seq": NaN}', b'{"seq": 1e400}')
    yield b"x" * 2_000_000
    for place in GOOD:
        for odd in ODD:
            yield json.dumps({**GOOD, "execution": run, place: odd}).encode()
    for place in ("step", "attempt", "startedAt"):
        for odd in ODD:
            hint = {"step": run, "attempt": 1, "startedAt": "now", place: odd}
            yield json.dumps({**GOOD, "execution": run, "running": [hint]}).encode()


def announce_all(run: Any) -> None:
    with redis.Redis.from_url(settings.REDIS_URL) as server:
        for word in announcements(str(run.pk)):
            server.publish(CHANNEL, word)


def test_watchers_are_told_on_after_any_announcement(web: str, user: User) -> None:
    """S27, S31: whoever reaches Valkey makes no watcher miss a line, over either protocol."""
    run = runs.start(runs.workflow(user), user)
    with watching(web, run, runs.token(user)) as socket, connected(web, {"token": runs.token(user)}) as client:
        assert socket.frame()["type"] == "snapshot"
        assert client.subscribe(run) == {"ok": True}
        announce_all(run)
        driving.drain()
        assert [event["seq"] for event in socket.events_until("execution.succeeded")] == [2, 3, 4]
        assert [told["seq"] for told in client.events_until("execution.succeeded")] == [2, 3, 4]


def test_who_waits_for_a_run_hears_of_it_after_any_announcement(user: User) -> None:
    """S27: the ear of a process hears on."""
    run = runs.start(runs.workflow(user), user)
    ear = Ear(settings.REDIS_URL, linger=0.1)
    with ear.hearing(run.pk):
        until(lambda: ear.hears)
        announce_all(run)
    with ear.hearing(run.pk) as news, redis.Redis.from_url(settings.REDIS_URL) as server:
        until(lambda: ear.hears)
        server.publish(CHANNEL, json.dumps({**GOOD, "execution": str(run.pk)}))
        assert news.wait(PATIENCE_SECONDS)


PACKETS: tuple[str | bytes, ...] = (
    *("", "1", "2", "2probe", "3", "4", "5", "6", "7", "9", "b", "x", "40", "41", "42", "43", "44", "45", "46", "47"),
    *("42{}", "42[]", "42[[]]", "42[{}]", "42[null]", "42[7]", "42" + "[" * 5000, '42["subscribe"', '42["subscribe"]'),
    *('42["subscribe",1,2,3]', '42["subscribe",{"execution":[]}]', '42["auth",{"token":7}]', '42["nothing",1]'),
    *('42["unsubscribe",{"execution":"x"}]', '42/other,["subscribe"]', '421["auth"]', "4299999999999999999999[]"),
    *("40/other,{}", '40{"token":""}', "43[]", '430["x"]', '451-["x",{"_placeholder":true,"num":7}]', "4{}", "4[1]"),
    *("459999999999-[]", "46-1", "4\ud7ff", b"", b"\x00" * 100, b"\xff"),
)
"""Of engine.io and socket.io: unfinished, of wrong kinds, out of order."""


def test_no_packet_harms_another_connection(web: str, user: User) -> None:
    """S31: each ends its own connection, or nothing."""
    address = f"{web}/socket.io/?EIO=4&transport=websocket"
    greeting = "40" + json.dumps({"token": runs.token(user)})
    run = runs.start(runs.workflow(user), user)
    with connected(web, {"token": runs.token(user)}) as witness:
        assert witness.subscribe(run) == {"ok": True}
        for packet in PACKETS:
            with suppress(ConnectionClosed), connect(address, proxy=None, open_timeout=PATIENCE_SECONDS) as socket:
                socket.recv(timeout=PATIENCE_SECONDS)
                if packet not in ("40", ""):
                    socket.send(greeting)
                    socket.recv(timeout=PATIENCE_SECONDS)
                socket.send(packet)
                assert socket.ping(ack_on_close=True).wait(PATIENCE_SECONDS)
        driving.drain()
        assert [told["seq"] for told in witness.events_until("execution.succeeded")] == [2, 3, 4]


@pytest.mark.parametrize("word", ["disconnect", "connect"])
def test_a_client_does_not_speak_for_the_library(web: str, user: User, word: str) -> None:
    """S31: to say `disconnect` gives no place back, to say `connect` takes no second one and forgets no first."""
    with_token = {"token": runs.token(user)}
    with connected(web, with_token) as watcher:
        run = runs.start(runs.workflow(user), user)
        assert watcher.subscribe(run) == {"ok": True}
        for _again in range(SOCKETS_PER_USER + 1):
            watcher.client.emit(word, ({}, with_token))
        assert watcher.subscribe(run) == {"ok": True}


def read_on(socket: Connection) -> None:
    """Until the connection is closed."""
    while True:
        socket.recv(timeout=PATIENCE_SECONDS)


def test_attachments_are_not_collected(web: str, user: User) -> None:
    """S31: who announces a thousand million of them is sent away, even if they do not go by themselves."""
    address = f"{web}/socket.io/?EIO=4&transport=websocket"
    with connect(address, proxy=None, open_timeout=PATIENCE_SECONDS) as socket:
        socket.recv(timeout=PATIENCE_SECONDS)
        socket.send("40" + json.dumps({"token": runs.token(user)}))
        socket.recv(timeout=PATIENCE_SECONDS)
        socket.send('459999999999-["subscribe",{"_placeholder":true,"num":0}]')
        with pytest.raises(ConnectionClosed):
            read_on(socket)
