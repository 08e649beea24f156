"""Django behind ASGI, for an application whose views and middleware are all synchronous."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any, Final

from asgiref.sync import sync_to_async
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.db import close_old_connections
from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

THREADS: Final = 1000
"""Requests that are worked on at once; those that wait for a run hold a thread each. More wait for their turn."""

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]


class OneThread(ASGIHandler):
    """A request stays in one thread from the first middleware to the last.

    Django's own handler starts a thread for every request and goes back and forth between it and the loop for each
    middleware, which takes a millisecond, and more when threads compete. Here the threads are kept, and with them
    Django's connection objects; the connections themselves go back to the pool after each request.
    """

    def __init__(self) -> None:
        super().__init__()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="request")

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        # In a context of its own, so that nothing of the request stays with the thread.
        context, loop = contextvars.copy_context(), asyncio.get_running_loop()
        response = await loop.run_in_executor(self._threads, context.run, self._answer, scope, body)
        if response.streaming:
            try:
                await self._stream(response, receive, send)
            finally:
                await sync_to_async(response.close)()
        else:
            await self.send_response(response, send)

    def _answer(self, scope: Scope, body: IO[bytes]) -> Any:
        """The answer. After it the thread has nothing of the request any more, in particular no connection."""
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=self.__class__, scope=scope)
        request, refusal = self.create_request(scope, body)
        response: Any = refusal if request is None else self.get_response(request)
        if request is None:
            body.close()
        response._handler_class = self.__class__
        if isinstance(response, FileResponse):
            response.block_size = self.chunk_size
        if response.streaming:
            close_old_connections()  # its content is made in the thread that asgiref keeps for it
        else:
            response.close()
        return response

    async def _stream(self, response: HttpResponseBase, receive: Receive, send: Send) -> None:
        """Send it piece by piece for as long as the client is there."""
        sending = asyncio.ensure_future(self.send_response(response, send))
        leaving = asyncio.ensure_future(receive())
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sending, leaving):
                task.cancel()
            await asyncio.wait({sending, leaving})
        if not sending.cancelled():
            sending.result()
