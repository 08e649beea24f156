"""How the frames of a WebSocket leave: what is told in one go is written in one go."""

from __future__ import annotations

import asyncio
from asyncio.transports import BaseTransport, Transport
from typing import Any, Final, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame

MAX_GATHERED: Final = 65_536
"""Bytes. What is more is handed on at once, so that the transport can say that it has enough."""
MAX_PIECES: Final = 1_000
"""Frames of one message. Empty ones have no weight, and each would be kept."""
LAST_WORDS_SECONDS: Final = 10.0
"""So long a line that is closed may take to empty: there are clients that take nothing, and never leave."""


class Gathering:
    """A transport that hands on what was written at the end of the loop's turn, or when it is much.

    A page of the journal is hundreds of frames, and a write of each cost a quarter of what telling it takes.
    """

    def __init__(
        self, transport: Transport, loop: asyncio.AbstractEventLoop, *, last_words_seconds: float = LAST_WORDS_SECONDS
    ) -> None:
        self._transport = transport
        self._loop = loop
        self._last_words_seconds = last_words_seconds
        self._parts: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> None:
        if not self._parts:
            self._loop.call_soon(self._hand_on)
        self._parts.append(data)
        self._size += len(data)
        if self._size >= MAX_GATHERED:
            self._hand_on()

    def close(self) -> None:
        """What was written before leaves before, if the other side takes it in time."""
        self._hand_on()
        self._transport.close()
        if self._transport.get_write_buffer_size():
            self._loop.call_later(self._last_words_seconds, self._transport.abort)

    def _hand_on(self) -> None:
        parts, self._parts, self._size = self._parts, [], 0
        if parts:
            self._transport.write(b"".join(parts))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class Gathered(WebSocketsSansIOProtocol):
    """uvicorn's own protocol over such a transport, with a measure for what it would keep of clients and for them."""

    _pong = b""

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(cast(Transport, Gathering(cast(Transport, transport), self.loop)))

    def handle_ping(self) -> None:
        """While the line is full only the newest ping is answered, and later: who does not read may ping for ever."""
        if self.writable.is_set():
            super().handle_ping()
        else:
            *_older, self._pong = self.conn.data_to_send() or [self._pong]

    def resume_writing(self) -> None:
        super().resume_writing()
        pong, self._pong = self._pong, b""
        if pong and not self.close_sent:
            self.transport.write(pong)

    def handle_cont(self, event: Frame) -> None:
        if self.close_sent:
            return
        if len(self.frames) < MAX_PIECES:
            super().handle_cont(event)
        else:
            self.conn.fail(CloseCode.MESSAGE_TOO_BIG, "too many frames")
            self.handle_parser_exception()
