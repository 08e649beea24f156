"""A client of `/ws/executions/{id}`, as somebody outside would write it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.sync.connection import Connection

from executions.models import Execution
from tests.integration.realtime.live_server import PATIENCE_SECONDS

Frame = dict[str, Any]


class Watcher:
    """One socket. Every wait ends with a failure after `PATIENCE_SECONDS`."""

    def __init__(self, socket: Connection) -> None:
        self.socket = socket

    def say(self, **message: Any) -> None:
        self.socket.send(json.dumps(message))

    def frame(self) -> Frame:
        frame: Frame = json.loads(self.socket.recv(timeout=PATIENCE_SECONDS))
        return frame

    def frames_until(self, last: Callable[[Frame], object]) -> list[Frame]:
        """All frames up to the one for which `last` holds."""
        frames = [self.frame()]
        while not last(frames[-1]):
            frames.append(self.frame())
        return frames

    def events_until(self, type: str) -> list[Frame]:
        """The events up to the first one of `type`, without other frames."""
        frames = self.frames_until(lambda frame: frame["type"] == "event" and frame["event"]["type"] == type)
        return [frame["event"] for frame in frames if frame["type"] == "event"]

    def close_code(self) -> int:
        """Wait for the server to close; a connection that is cut has no code and fails the test."""
        with pytest.raises(ConnectionClosed) as closed:
            self.frames_until(lambda frame: False)
        assert closed.value.rcvd is not None
        return closed.value.rcvd.code

    def refusal(self) -> tuple[str, int]:
        """The code of the error frame, and the code with which the socket is closed."""
        frame = self.frames_until(lambda frame: frame["type"] == "error")[-1]
        assert set(frame) == {"type", "code", "message", "details"}
        return frame["code"], self.close_code()


@contextmanager
def watching(
    server: str, execution: Execution | str, token: str | None = None, *, query: str = "", **options: Any
) -> Iterator[Watcher]:
    """Open a socket and, with a token, send it as the first message; `since` goes with it."""
    key = execution if isinstance(execution, str) else str(execution.pk)
    since = {"since": options.pop("since")} if "since" in options else {}
    with connect(
        f"{server}/ws/executions/{key}{query}", proxy=None, open_timeout=PATIENCE_SECONDS, **options
    ) as socket:
        watcher = Watcher(socket)
        if token is not None:
            watcher.say(type="auth", token=token, **since)
        yield watcher
