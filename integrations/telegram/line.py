"""The connection of a process to one bot: python-telegram-bot's `Bot`, whose calls are made by the thread that asks.

The library is asynchronous and leaves open how a request is made. Here it is made at once (`wire`), so that none of its
coroutines ever waits and each runs to its end in one go: without a loop, without another thread, and in a fifth of the
processor time.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

from integrations.scope import CallScope, RunningCall
from integrations.telegram.errors import Away
from integrations.telegram.wire import Wire, current_call

ANSWER_SECONDS: Final = 20.0
FILE_SECONDS: Final = 100.0
GATEWAY: Final = frozenset({502, 503, 504, *range(520, 531)})
"""Statuses of somebody before the Bot API that does not reach it; those from 520 on are Cloudflare's."""

ResultT = TypeVar("ResultT")


class Line:
    """`bot` is the library's; its coroutines are given to `run`."""

    def __init__(self, token: str, base_url: str, base_file_url: str) -> None:
        import telegram  # half a second and more, and only processes that talk to Telegram need it

        request = _request(Wire(base_url))
        self.bot = telegram.Bot(
            token, base_url=base_url, base_file_url=base_file_url, request=request, get_updates_request=request
        )

    def run(self, call: Coroutine[Any, Any, ResultT], scope: CallScope, *, seconds: float = ANSWER_SECONDS) -> ResultT:
        """What `call` returns or raises, within `seconds` in all; raises `TimedOut` and `Cancelled` as the scope says.

        What `Wire.ask` raises arrives as the cause of the library's `NetworkError`, and so does `Away`.
        """
        try:
            with RunningCall(scope, seconds) as running:
                mark = current_call.set(running)
                try:
                    call.send(None)
                finally:
                    current_call.reset(mark)
        except StopIteration as done:
            result: ResultT = done.value
            return result
        finally:
            call.close()
        raise RuntimeError("a call of the library waits for something that is not the wire")


def _request(wire: Wire) -> Any:
    """The library's way to ask, over `wire`. Its own time-outs do not count: each call of a line has one."""
    from telegram.request import BaseRequest, RequestData

    class OverWire(BaseRequest):
        @property
        def read_timeout(self) -> float:
            return ANSWER_SECONDS

        async def initialize(self) -> None:
            """Connections open themselves."""

        async def shutdown(self) -> None:
            """Connections end with the process."""

        async def do_request(
            self, url: str, method: str, request_data: RequestData | None = None, *_timeouts: Any, **_named: Any
        ) -> tuple[int, bytes]:
            values = request_data.json_parameters if request_data is not None else {}
            files = request_data.multipart_data if request_data is not None else None
            status, body = wire.ask(method, url, values=values, files=files)
            if status in GATEWAY:
                raise Away
            return status, body

    return OverWire()


def line(token: str, base_url: str, base_file_url: str = "") -> Line:
    """This process's line to the bot; a child of a fork gets one of its own.

    The addresses are in the library's own form, ending in `/bot` and `/file/bot`; a server's bare address is taken as
    well, and that of files follows from the other when it is not given.
    """
    base_url = base_url.rstrip("/").removesuffix("/bot")
    base_file_url = base_file_url.rstrip("/").removesuffix("/file/bot") or base_url
    return _line(os.getpid(), token, f"{base_url}/bot", f"{base_file_url}/file/bot")


@functools.cache
def _line(pid: int, token: str, base_url: str, base_file_url: str) -> Line:
    return Line(token, base_url, base_file_url)
