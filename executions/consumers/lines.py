"""Lines of Socket.IO: they end with their guest, and carry nothing but what is spoken here.

This loads the library, so it is imported by the first client only.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final
from weakref import WeakSet

import engineio
import socketio
from socketio.exceptions import ConnectionRefusedError as Refused

from executions.consumers.messages import SPOKEN

__all__ = ["Door", "Refused", "Server"]

Door = socketio.ASGIApp
BINARY_PACKETS: Final = ("5", "6")
NAMESPACE: Final = "/"
LEAVE_SECONDS: Final = 2.0
"""So long a client that takes leave, or is not let in, may take to close the line itself, as the protocol has it."""

_leaving: WeakSet[Any] = WeakSet()


class Lines(engineio.AsyncServer):
    """As the library's, which only asks the client to close a line: whoever does not would keep it."""

    async def disconnect(self, sid: str | None = None) -> None:
        line = self.sockets.get(sid)
        try:
            await super().disconnect(sid)
        finally:  # it may be the end of the task that is here
            _end(line)

    async def _trigger_event(self, event: str, *arguments: Any, **options: Any) -> Any:
        """A line is given up for what its client said or did not say; `disconnect` has last words of its own."""
        if event == "disconnect" and self.reason.SERVER_DISCONNECT not in arguments:
            _end_soon(self.sockets.get(arguments[0]))
        return await super()._trigger_event(event, *arguments, **options)


class Server(socketio.AsyncServer):
    """As the library's, which takes more from clients than is spoken here, and lets them stay without a guest."""

    def _engineio_server_class(self) -> type[Lines]:
        return Lines

    async def disconnect(self, sid: str, *arguments: Any, **options: Any) -> None:
        line = self.manager.eio_sid_from_sid(sid, NAMESPACE)
        await super().disconnect(sid, *arguments, **options)
        if line is not None:
            await self.eio.disconnect(line)

    async def _handle_eio_message(self, eio_sid: str, data: Any) -> None:
        """Nothing binary: a packet announces so many attachments, and all are kept until the last has come."""
        try:
            if isinstance(data, str) and data[:1] not in BINARY_PACKETS:
                await super()._handle_eio_message(eio_sid, data)
            else:
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
