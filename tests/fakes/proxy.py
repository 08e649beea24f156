"""A line to PostgreSQL that can go dead without anybody being told: nothing is closed, nothing arrives."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

PIECE = 65_536


class Proxy:
    """Listens on a port of this machine and hands everything on, both ways, while the line is not dead."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._tasks: set[asyncio.Task[None]] = set()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self.port = 0

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(30)

    def stop(self) -> None:
        self._do(self._over.set)
        self._thread.join()

    def go_dead(self) -> None:
        self._do(self._alive.clear)

    def go_on(self) -> None:
        self._do(self._alive.set)

    def _do(self, act: Callable[[], object]) -> None:
        self._loop.call_soon_threadsafe(act)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._alive, self._over = asyncio.Event(), asyncio.Event()
        self._alive.set()
        server = await asyncio.start_server(self._meet, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._over.wait()
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, port = self._target
        if host.startswith("/"):
            there, back = await asyncio.open_unix_connection(Path(host) / f".s.PGSQL.{port}")
        else:
            there, back = await asyncio.open_connection(host, port)
        for source, target in ((reader, back), (there, writer)):
            self._tasks.add(asyncio.create_task(self._carry(source, target)))

    async def _carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            try:
                while piece := await source.read(PIECE):
                    await self._alive.wait()
                    target.write(piece)
                    await target.drain()
            finally:
                target.close()
                await target.wait_closed()


@contextlib.contextmanager
def running(host: str, port: int) -> Iterator[Proxy]:
    """A proxy to the server at `host` (the folder of its socket, when it begins with a slash) and `port`."""
    proxy = Proxy(host, port)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.stop()
