"""What is written to a socket in one turn of the loop leaves together, whole, in order and before the end."""

from __future__ import annotations

import asyncio
import socket
from asyncio.transports import BaseTransport, Transport
from typing import cast

from config.socket_protocol import MAX_GATHERED, Gathering


class Line(asyncio.Transport):
    """Notes what reaches the wire; None is its end."""

    def __init__(self) -> None:
        super().__init__(extra={"peername": ("127.0.0.1", 1)})
        self.told: list[bytes | None] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.told.append(bytes(data))

    def close(self) -> None:
        self.told.append(None)

    def get_write_buffer_size(self) -> int:
        return 0


async def _turn() -> None:
    await asyncio.sleep(0)


def test_what_is_written_in_one_turn_leaves_in_one_piece() -> None:
    async def talk() -> list[bytes | None]:
        line = Line()
        gathering = Gathering(line, asyncio.get_running_loop())
        gathering.write(b"one ")
        gathering.write(b"two ")
        assert line.told == []
        await _turn()
        gathering.write(b"three")
        await _turn()
        await _turn()
        return line.told

    assert asyncio.run(talk()) == [b"one two ", b"three"]


def test_what_was_written_leaves_before_the_end_and_once() -> None:
    async def talk() -> list[bytes | None]:
        line = Line()
        gathering = Gathering(line, asyncio.get_running_loop())
        gathering.write(b"last words")
        gathering.close()
        await _turn()
        return line.told

    assert asyncio.run(talk()) == [b"last words", None]


def test_much_is_handed_on_at_once_so_that_the_transport_can_say_that_it_has_enough() -> None:
    async def talk() -> list[bytes | None]:
        line = Line()
        gathering = Gathering(line, asyncio.get_running_loop())
        gathering.write(b"a" * (MAX_GATHERED - 1))
        assert line.told == []
        gathering.write(b"bc")
        handed_on = list(line.told)
        gathering.write(b"d")
        await _turn()
        assert line.told == [*handed_on, b"d"]
        return handed_on

    assert asyncio.run(talk()) == [b"a" * (MAX_GATHERED - 1) + b"bc"]


def test_all_else_is_asked_of_the_transport_itself() -> None:
    async def ask() -> object:
        return Gathering(Line(), asyncio.get_running_loop()).get_extra_info("peername")

    assert asyncio.run(ask()) == ("127.0.0.1", 1)


class Server(asyncio.Protocol):
    """Says much as soon as somebody is there, and closes."""

    def __init__(self, **options: float) -> None:
        self._options = options
        self.lost = asyncio.Event()

    def connection_made(self, transport: BaseTransport) -> None:
        line = Gathering(cast(Transport, transport), asyncio.get_running_loop(), **self._options)
        line.write(b"a" * MUCH)
        line.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost.set()


MUCH = 50_000_000
"""Bytes, more than a system keeps for a socket."""


def test_a_line_that_nobody_empties_ends_nevertheless() -> None:
    """S31: a client that takes nothing and never leaves would keep what it was to be told, and its place."""

    async def listen() -> None:
        server = Server(last_words_seconds=0.1)
        door = await asyncio.get_running_loop().create_server(lambda: server, "127.0.0.1", 0)
        with socket.create_connection(door.sockets[0].getsockname()):  # and never a word is read
            async with asyncio.timeout(60):
                await server.lost.wait()
        door.close()

    asyncio.run(listen())


def test_last_words_reach_who_takes_them_however_many() -> None:
    async def listen() -> int:
        door = await asyncio.get_running_loop().create_server(lambda: Server(last_words_seconds=600.0), "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*door.sockets[0].getsockname())
        heard = len(await reader.read(-1))
        writer.close()
        door.close()
        return heard

    assert asyncio.run(listen()) == MUCH
