"""What uvicorn does with a connection, and what it does not: measure heads, hang up on a call that is on its way."""

from __future__ import annotations

from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LINGER_SECONDS: Final = 1.0
MAX_HEADERS: Final = 200
"""Of one request, those behind its body included."""
MAX_HEAD_BYTES: Final = 65_536
"""Of the names and values of a request, and of each thing that is read at one time, such as the address."""
TOO_LARGE: Final = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class HeadTooLarge(Exception):
    """The request has more headers, or longer ones, than any program sends."""


class Measured(HttpToolsProtocol):
    """A head that is too large is answered with 431. The parser would keep whatever comes, before anybody is asked."""

    _head_bytes = 0
    _unended_bytes = 0
    """What has come since something was whole: an address, a name or a value that does not end yet."""
    _too_large = False

    def data_received(self, data: bytes) -> None:
        self._unended_bytes += len(data)
        super().data_received(data)
        if self._unended_bytes > MAX_HEAD_BYTES and not self._too_large:
            self._refuse()

    def on_message_begin(self) -> None:
        self._head_bytes = 0
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        self._unended_bytes = 0
        self._head_bytes += len(name) + len(value)
        if len(self.headers) >= MAX_HEADERS or self._head_bytes > MAX_HEAD_BYTES:
            self._too_large = True
            raise HeadTooLarge
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._unended_bytes = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._unended_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._unended_bytes = 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        if self._too_large:
            self._refuse()
        else:
            super().send_400_response(msg)

    def _refuse(self) -> None:
        self._too_large = True
        self.transport.write(TOO_LARGE)
        self.transport.close()


class Lingering(Measured):
    """A connection that is idle when the process is told to end stays open for a moment.

    A proxy may have taken it for a call that has not arrived yet. Whatever comes is answered; with a POST nobody else
    could tell whether it has been carried out.
    """

    def shutdown(self) -> None:
        if self.cycle is None or self.cycle.response_complete:
            self.loop.call_later(LINGER_SECONDS, self._end)
        else:
            super().shutdown()

    def _end(self) -> None:
        if self in self.connections:  # neither closed nor a socket by now
            super().shutdown()
