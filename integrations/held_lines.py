"""Sockets that belong to the call under way: it bounds them in time and can cut them, those of kept connections too."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from typing import Final

from integrations.scope import RunningCall

CONNECT_SECONDS: Final = 5.0


def reach(addresses: Sequence[str], port: int, call: RunningCall) -> socket.socket:
    """A socket to the first address that answers, held by the call. Raises `OSError`."""
    failure = OSError("the name has no address")
    for address in addresses:
        try:
            line = socket.create_connection((address, port), min(CONNECT_SECONDS, call.remaining()))
        except OSError as error:
            failure = error
        else:
            # A request goes out in two parts, head and body: the second must not wait until the first is confirmed.
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            call.hold(line)
            return line
    raise failure


def take_over(line: socket.socket | None, call: RunningCall) -> None:
    """A connection that is used again, if it is, belongs to another call now."""
    if line is not None:
        line.settimeout(call.remaining())
        call.hold(line)
