"""How the frames of a WebSocket leave: what is told in one go is written in one go."""

from __future__ import annotations

import asyncio
from asyncio.transports import BaseTransport, Transport
from typing import Any, Final, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

MAX_GATHERED: Final = 65_536
"""Bytes. What is more is handed on at once, so that the transport can say that it has enough."""


class Gathering:
    """A transport that hands on what was written at the end of the loop's turn, or when it is much.

    A page of the journal is hundreds of frames, and a write of each cost a quarter of what telling it takes.
    """

    def __init__(self, transport: Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
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
        """What was written before leaves before."""
        self._hand_on()
        self._transport.close()

    def _hand_on(self) -> None:
        parts, self._parts, self._size = self._parts, [], 0
        if parts:
            self._transport.write(b"".join(parts))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class Gathered(WebSocketsSansIOProtocol):
    """uvicorn's own protocol over such a transport."""

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(cast(Transport, Gathering(cast(Transport, transport), self.loop)))
