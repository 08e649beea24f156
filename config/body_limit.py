"""The outermost door: a body that nobody will ever want is not read to its end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from django.utils import translation

from accounts.languages import language_for
from config.api_json import BodyTooLarge
from integrations import safe_json

Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Any, Any, Any], Awaitable[None]]


class BodyLimit:
    """ASGI middleware: answers 413 once a request is longer than `limit` bytes, and closes the connection.

    Django writes a whole body to disk before any of our code runs, so the limit cannot stand further inside. Bodies
    between the limit of an address and this one are read and then refused, so that the client gets to see why.
    """

    def __init__(self, application: Application, limit: int) -> None:
        self.application = application
        self.limit = limit

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.application(scope, receive, send)
            return
        if self._announced(scope) > self.limit:
            await self._refuse(scope, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            # To Django a body that is cut off is a client that went away.
            return message if received <= self.limit else {"type": "http.disconnect"}

        await self.application(scope, counted, send)
        if received > self.limit:
            await self._refuse(scope, send)

    def _announced(self, scope: MutableMapping[str, Any]) -> int:
        length = dict(scope["headers"]).get(b"content-length", b"")
        return int(length) if length.isdigit() else 0

    async def _refuse(self, scope: MutableMapping[str, Any], send: Send) -> None:
        accepted = dict(scope["headers"]).get(b"accept-language", b"").decode("latin-1")
        with translation.override(language_for("", accepted=accepted)):
            refusal = {"code": BodyTooLarge.code, "message": str(BodyTooLarge.message), "details": {}}
        headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": 413, "headers": headers})
        await send({"type": "http.response.body", "body": safe_json.dumps(refusal).encode()})
