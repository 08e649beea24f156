"""Reading a body: limited in its decoded size, in time by the call's own clock, and unfolded at most once."""

from __future__ import annotations

import zlib
from typing import Any, Final

import urllib3

from integrations.errors import InvalidAnswer, TooLarge
from integrations.scope import RunningCall

CHUNK: Final = 65_536


def read_body(call: RunningCall, raw: urllib3.BaseHTTPResponse, max_bytes: int) -> bytes:
    """The decoded body; raises `TooLarge`, `InvalidAnswer`, `TimedOut`, `Cancelled` and urllib3's errors.

    Each read takes what is there, so that a trickle of bytes cannot hide from the clock.
    """
    length = raw.headers.get("Content-Length", "")
    if length.isdigit() and int(length) > max_bytes and not raw.headers.get("Content-Encoding"):
        raise TooLarge(limit=max_bytes)
    decoder = _Decoder(raw.headers.get("Content-Encoding", ""), max_bytes)
    while chunk := raw.read1(CHUNK, decode_content=False):
        decoder.feed(chunk)
        call.check()
    return decoder.finish()


class _Decoder:
    """Undoes at most one gzip or deflate and never holds more than `max_bytes` of the result."""

    def __init__(self, encoding: str, max_bytes: int) -> None:
        name = encoding.strip().lower()
        if name not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise InvalidAnswer(reason="encoding")
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 32) if name not in ("", "identity") else None
        self._max_bytes = max_bytes
        self._body = bytearray()

    def feed(self, chunk: bytes) -> None:
        while chunk:
            room = self._max_bytes - len(self._body)
            if self._inflate is None:
                out, chunk = chunk[: room + 1], b""
            else:
                out, chunk = self._decompress(self._inflate, chunk, room)
            if len(out) > room:
                raise TooLarge(limit=self._max_bytes)
            self._body += out

    def _decompress(self, inflate: Any, chunk: bytes, room: int) -> tuple[bytes, bytes]:
        """What the chunk gives, one byte over the room at most, and what belongs to the next member of the file."""
        try:
            out = inflate.decompress(chunk, room + 1)
        except zlib.error:
            raise InvalidAnswer(reason="encoding") from None
        if inflate.eof and inflate.unused_data:
            self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 32)
        return out, inflate.unused_data

    def finish(self) -> bytes:
        if self._inflate is not None and self._body and not self._inflate.eof:
            raise InvalidAnswer(reason="cut_off")
        return bytes(self._body)
