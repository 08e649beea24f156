"""How a request passes from the ASGI server through Django and back."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import path
from django.utils import translation

from config.handler import OneThread

ended = threading.Event()


async def endless() -> AsyncIterator[bytes]:
    try:
        while True:
            yield b"x"
            await asyncio.sleep(0)
    finally:
        ended.set()


async def three() -> AsyncIterator[bytes]:
    for piece in (b"a", b"b", b"c"):
        yield piece


def place(request: HttpRequest) -> HttpResponse:
    """Where the view runs, in which language it was left by the request before; it leaves another one."""
    language = translation.get_language()
    translation.activate("pt-br")
    return HttpResponse(f"{threading.get_ident()} {language}")


urlpatterns = [
    path("api/place", place),
    path("api/endless", lambda request: StreamingHttpResponse(endless())),
    path("api/three", lambda request: StreamingHttpResponse(three())),
]


@pytest.fixture
def handler(settings: Any) -> OneThread:
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = ["django.middleware.locale.LocaleMiddleware"]
    return OneThread()


def ask(handler: OneThread, address: str, **headers: str) -> ApplicationCommunicator:
    sent = [(name.encode(), value.encode()) for name, value in {"host": "localhost", **headers}.items()]
    scope = {"type": "http", "method": "GET", "path": address, "query_string": b"", "root_path": "", "headers": sent}
    return ApplicationCommunicator(handler, scope)


async def content(request: ApplicationCommunicator) -> bytes:
    await request.send_input({"type": "http.request"})
    assert (await request.receive_output(20))["status"] == 200
    body, more = b"", True
    while more:
        message = await request.receive_output(20)
        body, more = body + message.get("body", b""), message.get("more_body", False)
    await request.wait(20)
    return body


async def test_threads_are_kept_and_know_nothing_of_the_request_before(handler: OneThread):
    answers = [await content(ask(handler, "/api/place", **{"accept-language": "en"})) for _ in range(20)]
    threads, languages = zip(*(answer.split() for answer in answers), strict=True)
    assert len(set(threads)) < 20
    assert set(languages) == {b"en"}


async def test_an_answer_in_pieces_arrives_whole(handler: OneThread):
    assert await content(ask(handler, "/api/three")) == b"abc"


async def test_nothing_is_made_for_a_client_that_has_gone(handler: OneThread):
    ended.clear()
    request = ask(handler, "/api/endless")
    await request.send_input({"type": "http.request"})
    assert (await request.receive_output(20))["status"] == 200
    await request.send_input({"type": "http.disconnect"})
    await request.wait(20)
    assert ended.is_set()


async def test_who_leaves_before_the_request_is_whole_is_not_answered(handler: OneThread):
    request = ask(handler, "/api/place")
    await request.send_input({"type": "http.disconnect"})
    await request.wait(20)
    assert await request.receive_nothing()
