"""Lines of Socket.IO: they end with their guest, and carry nothing but what is spoken here.

This loads the library, so it is imported by the first client only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final
from weakref import WeakKeyDictionary, WeakSet

import engineio
import socketio
from socketio.exceptions import ConnectionRefusedError as Refused

from executions.consumers.messages import SPOKEN, Pace

__all__ = ["Door", "Refused", "Server"]

Door = socketio.ASGIApp
BINARY_PACKETS: Final = ("5", "6")
NAMESPACE: Final = "/"
MAX_UNSAID: Final = 65_536
"""Characters. A line that has so much still to say is not given more to say of runs."""
LEAVE_SECONDS: Final = 2.0
"""So long a client that takes leave, or is not let in, may take to close the line itself, as the protocol has it."""

_leaving: WeakSet[Any] = WeakSet()


class Unsaid(asyncio.Queue[Any]):
    """What is still to be said on a line: packets, and at last None."""

    def _init(self, maxsize: int) -> None:
        super()._init(maxsize)
        self._size = 0
        self._ended = False
        self._room = asyncio.Event()

    async def room(self) -> None:
        """Until the client has taken enough of what it was told, or is gone."""
        while self._size >= MAX_UNSAID and not self._ended:
            self._room.clear()
            await self._room.wait()

    def _put(self, item: Any) -> None:
        super()._put(item)
        self._size += _length(item)
        if item is None:
            self._ended = True
            self._room.set()

    def _get(self) -> Any:
        item = super()._get()
        self._size -= _length(item)
        self._room.set()
        return item


def _length(packet: Any) -> int:
    return len(packet.data or "") if packet is not None else 0


class Lines(engineio.AsyncServer):
    """As the library's, which only asks the client to close a line: whoever does not would keep it."""

    def create_queue(self, *_arguments: Any, **_options: Any) -> Unsaid:
        return Unsaid()

    async def disconnect(self, sid: str | None = None) -> None:
        """Does not wait until everything is said: there are clients that never listen."""
        line = self.sockets.get(sid)
        if line is not None:
            try:
                await line.close(wait=False, reason=self.reason.SERVER_DISCONNECT)
            finally:  # it may be the end of the task that is here
                self.sockets.pop(sid, None)
                _end(line)

    async def _trigger_event(self, event: str, *arguments: Any, **options: Any) -> Any:
        """A line is given up for what its client said or did not say; `disconnect` has last words of its own."""
        if event == "disconnect" and self.reason.SERVER_DISCONNECT not in arguments:
            _end_soon(self.sockets.get(arguments[0]))
        return await super()._trigger_event(event, *arguments, **options)


class Server(socketio.AsyncServer):
    """As the library's, which takes more from clients than is spoken here, and lets them stay without a guest."""

    says_too_much: Callable[[str | None], Awaitable[None]]
    """Sends away who has said more than `Pace` allows; None is somebody who has not come in."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._paces: WeakKeyDictionary[Any, Pace] = WeakKeyDictionary()

    def _engineio_server_class(self) -> type[Lines]:
        return Lines

    async def disconnect(self, sid: str, *arguments: Any, **options: Any) -> None:
        line = self.manager.eio_sid_from_sid(sid, NAMESPACE)
        await super().disconnect(sid, *arguments, **options)
        if line is not None:
            await self.eio.disconnect(line)

    async def room(self, sid: str) -> None:
        """Wait until there is room on the line of `sid` for more. The library keeps whatever a client does not take."""
        line = self.eio.sockets.get(self.manager.eio_sid_from_sid(sid, NAMESPACE))
        if line is not None:
            await line.queue.room()

    async def _handle_eio_message(self, eio_sid: str, data: Any) -> None:
        """Nothing binary: a packet announces so many attachments, and all are kept until the last has come.

        Whatever is said counts, understood or not; what is no packet ends the line, as each would fill the log.
        """
        line = self.eio.sockets.get(eio_sid)
        if line is None or line in _leaving:
            return
        try:
            if not self._paces.setdefault(line, Pace()).allows_one_more():
                _leaving.add(line)
                await self.says_too_much(self.manager.sid_from_eio_sid(eio_sid, NAMESPACE))
                await self.eio.disconnect(eio_sid)
            elif isinstance(data, str) and data[:1] not in BINARY_PACKETS:
                await super()._handle_eio_message(eio_sid, data)
            else:
                await self.eio.disconnect(eio_sid)
        except ValueError:
            await self.eio.disconnect(eio_sid)
        finally:
            if self.manager.sid_from_eio_sid(eio_sid, NAMESPACE) is None:
                _end_soon(self.eio.sockets.get(eio_sid))

    async def _handle_event(self, eio_sid: str, namespace: str | None, id: int | None, data: Any) -> None:
        """Only what clients may say: `connect` and `disconnect` would be taken for the library's own words."""
        if isinstance(data, list) and data and data[0] in SPOKEN:
            await super()._handle_event(eio_sid, namespace, id, data[:2])


def _end(line: Any) -> None:
    """Close it after what is still to be said; None is the library's word for that."""
    if line is not None:
        line.queue.put_nowait(None)


def _end_soon(line: Any) -> None:
    if line is not None and line not in _leaving:
        _leaving.add(line)
        asyncio.get_running_loop().call_later(LEAVE_SECONDS, _end, line)
