"""Lines of Socket.IO end with their guest: nobody keeps one by talking on."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.sync.connection import Connection

from accounts.models import User
from tests.integration import runs
from tests.integration.realtime.live_server import PATIENCE_SECONDS

PONG = "3"


def nobody(_user: User) -> Sequence[str]:
    return (PONG,)


def refused(_user: User) -> Sequence[str]:
    return ('40{"token":"none"}',)


def before_a_token(_user: User) -> Sequence[str]:
    return ('42["subscribe",{}]',)


def of_another_namespace(user: User) -> Sequence[str]:
    return ("40/other," + json.dumps({"token": runs.token(user)}),)


def taking_leave(user: User) -> Sequence[str]:
    return ("40" + json.dumps({"token": runs.token(user)}), "41")


def closing(user: User) -> Sequence[str]:
    return ("40" + json.dumps({"token": runs.token(user)}), "1")


def saying_too_much(user: User) -> Sequence[str]:
    return ("40" + json.dumps({"token": runs.token(user)}), *['420["subscribe",{}]'] * 61)


def saying_too_much_that_is_not_spoken(user: User) -> Sequence[str]:
    return ("40" + json.dumps({"token": runs.token(user)}), *['42["whatever",{}]'] * 61)


def coming_in_again_and_again(user: User) -> Sequence[str]:
    return ("40" + json.dumps({"token": runs.token(user)}), *['40{"token":"none"}'] * 61)


def speaking_something_else(user: User) -> Sequence[str]:
    return ("40" + json.dumps({"token": runs.token(user)}), "4nothing of Socket.IO")


def asking_for_another_wire(user: User) -> Sequence[str]:
    """Which the library would answer each time."""
    return ("40" + json.dumps({"token": runs.token(user)}), "5")


@pytest.mark.parametrize(
    "words",
    [
        nobody,
        refused,
        before_a_token,
        of_another_namespace,
        taking_leave,
        closing,
        saying_too_much,
        saying_too_much_that_is_not_spoken,
        coming_in_again_and_again,
        speaking_something_else,
        asking_for_another_wire,
    ],
)
def test_who_is_sent_away_does_not_keep_the_line(web: str, user: User, words: Callable[[User], Sequence[str]]) -> None:
    """S31: the library asks clients to close it; one that does not, and answers its pings, would have it for ever."""
    address = f"{web}/socket.io/?EIO=4&transport=websocket"
    with connect(address, proxy=None, open_timeout=PATIENCE_SECONDS, max_queue=None) as socket:
        assert is_closed_over(socket, words(user))


def is_closed_over(socket: Connection, words: Sequence[str]) -> bool:
    """Whether the server closes, however long the client talks on."""
    end = time.monotonic() + PATIENCE_SECONDS
    try:
        for word in words:
            socket.send(word)
        while time.monotonic() < end:
            socket.send(PONG)
            with suppress(TimeoutError):
                socket.recv(timeout=0.2)
    except ConnectionClosed:
        return True
    return False
