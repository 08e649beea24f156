"""What uvicorn does with a connection, and what it does not: hang up on a call that is on its way."""

from __future__ import annotations

from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LINGER_SECONDS: Final = 1.0


class Lingering(HttpToolsProtocol):
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
