"""A lane of its own for Telegram's deliveries through the web process, past what pages and the API need."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import structlog
from django.db import connection

from tickets.telegram import webhook

PATH: Final = "/telegram/webhook"
HANDS: Final = 8
"""Threads that handle deliveries. What comes while all are busy waits its turn, which costs neither a thread nor a
connection: hundreds may press at once, and pages are to keep some of the web process's connections."""
SECRET_HEADER: Final = webhook.SECRET_HEADER.lower().encode()

Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Any, Any, Any], Awaitable[None]]

log = structlog.get_logger(__name__)


class Lane:
    """ASGI middleware: POSTs to `PATH` are answered here, as `webhook.receive` would; everything else goes on.

    A press that somebody waits for spares itself sessions, languages and the thread that Django starts for every
    request.
    """

    def __init__(self, application: Application, hands: int = HANDS) -> None:
        self._application = application
        self._most = hands
        self.hands = ThreadPoolExecutor(hands, thread_name_prefix="telegram")
        self._inside = 0

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "POST":
            await self._application(scope, receive, send)
            return
        began = time.monotonic()
        status, content = await self._answer(dict(scope["headers"]), receive)
        headers = [(b"content-type", webhook.JSON.encode()), (b"content-length", str(len(content)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})
        passed = round((time.monotonic() - began) * 1000, 1)
        log.info("request", method="POST", path=PATH, status=status, ms=passed)

    async def _answer(self, headers: Mapping[bytes, bytes], receive: Receive) -> tuple[int, bytes]:
        """Status and body of the answer."""
        if not webhook.is_telegram(headers.get(SECRET_HEADER, b"").decode("latin-1")):
            return 403, b""
        body = await _body(receive)
        if body is None:
            return 413, b""
        self._inside += 1
        try:
            return 200, await asyncio.get_running_loop().run_in_executor(self.hands, self._take, body)
        except Exception:
            # Nothing was committed, and Telegram brings it again.
            log.exception("telegram_update_failed")
            return 500, b""
        finally:
            self._inside -= 1

    def _take(self, body: bytes) -> bytes:
        """In a thread. Its connection goes back to the pool as soon as nobody waits for the thread."""
        failed = True
        try:
            content = webhook.take(body)
            failed = False
            return content
        finally:
            if failed or self._inside <= self._most:
                connection.close_if_unusable_or_obsolete()


async def _body(receive: Receive) -> bytes | None:
    """The body; None when it is longer than deliveries are, and empty when who sends it has gone away."""
    parts: list[bytes] = []
    length, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b""
        parts.append(message.get("body", b""))
        length += len(parts[-1])
        more = message.get("more_body", False)
        if length > webhook.MAX_BODY:
            return None
    return b"".join(parts)
