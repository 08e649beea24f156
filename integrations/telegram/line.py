"""The connection of a process to one bot: python-telegram-bot's `Bot` on an event loop in a thread of its own.

The library is asynchronous and we are not; one loop per process keeps its connections alive between calls, which a
loop per call would open anew each time.
"""

from __future__ import annotations

import asyncio
import functools
import os
import threading
import time
from collections.abc import Coroutine
from concurrent.futures import CancelledError
from typing import Any, Final, TypeVar

from integrations.errors import Cancelled, TimedOut
from integrations.scope import CallScope

CONNECT_SECONDS: Final = 5.0
ANSWER_SECONDS: Final = 15.0
CONNECTIONS: Final = 16

ResultT = TypeVar("ResultT")


class Line:
    """`bot` serves single calls; `poll` is the connection that waits for updates. Both live on the loop of `run`."""

    def __init__(self, token: str, base_url: str) -> None:
        import telegram  # half a second and more, and only processes that talk to Telegram need it

        def connections(number: int) -> telegram.request.HTTPXRequest:
            return telegram.request.HTTPXRequest(
                connection_pool_size=number,
                connect_timeout=CONNECT_SECONDS,
                read_timeout=ANSWER_SECONDS,
                write_timeout=ANSWER_SECONDS,
                pool_timeout=CONNECT_SECONDS,
            )

        self.poll = connections(1)
        self.bot = telegram.Bot(
            token,
            base_url=f"{base_url.rstrip('/')}/bot",
            request=connections(CONNECTIONS),
            get_updates_request=self.poll,
        )
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="telegram", daemon=True).start()

    def run(self, call: Coroutine[Any, Any, ResultT], scope: CallScope) -> ResultT:
        """What `call` returns or raises; raises `TimedOut` and `Cancelled` as the scope says."""
        future = asyncio.run_coroutine_threadsafe(call, self._loop)

        def cut() -> None:
            future.cancel()

        left = None if scope.deadline is None else max(scope.deadline - time.monotonic(), 0.0)
        with scope.cancel.watching(cut):
            try:
                return future.result(left)
            except CancelledError:
                raise Cancelled from None
            except TimeoutError:
                cut()
                raise TimedOut from None


def line(token: str, base_url: str) -> Line:
    """This process's line to the bot; a child of a fork gets one of its own."""
    return _line(os.getpid(), token, base_url)


@functools.cache
def _line(pid: int, token: str, base_url: str) -> Line:
    return Line(token, base_url)
