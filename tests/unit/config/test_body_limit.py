from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from config.body_limit import BodyLimit

Messages = list[dict[str, Any]]


async def reading(scope: Any, receive: Any, send: Any) -> None:
    """An application that reads everything, as Django does, and leaves when the client does."""
    length, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        length += len(message["body"])
        more = message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(length).encode()})


async def request(*chunks: bytes, length: str | None = None, language: str = "") -> tuple[Messages, Messages]:
    """The answers of a `BodyLimit` of ten bytes, and the chunks that it left unread."""
    headers = [(b"content-length", length.encode())] if length else []
    headers.append((b"accept-language", language.encode()))
    waiting: Messages = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    waiting[-1]["more_body"] = False
    sent: Messages = []

    async def receive() -> dict[str, Any]:
        return waiting.pop(0)

    async def send(message: Mapping[str, Any]) -> None:
        sent.append(dict(message))

    await BodyLimit(reading, limit=10)({"type": "http", "headers": headers}, receive, send)
    return sent, waiting


async def test_a_body_within_the_limit_passes():
    sent, _left = await request(b"12345", b"67890", length="10")
    assert (sent[0]["status"], sent[1]["body"]) == (200, b"10")


async def test_an_announced_giant_is_refused_unread():
    sent, left = await request(b"x" * 11, length="11")
    assert sent[0]["status"] == 413
    assert (b"connection", b"close") in sent[0]["headers"]
    assert json.loads(sent[1]["body"])["code"] == "too_large"
    assert left


async def test_a_giant_that_does_not_say_so_is_cut_off():
    """S28: chunked bodies are counted while they are read."""
    sent, left = await request(*[b"x" * 6] * 5)
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert sent[0]["status"] == 413
    assert len(left) == 3


async def test_a_length_that_is_no_number_helps_nobody():
    sent, _left = await request(b"x" * 11, length="-1")
    assert sent[0]["status"] == 413


async def test_a_socket_is_not_its_business():
    passed: Messages = []

    async def socket(scope: Any, receive: Any, send: Any) -> None:
        passed.append(scope)

    await BodyLimit(socket, limit=1)({"type": "websocket", "headers": []}, None, None)  # type: ignore[arg-type]
    assert passed


async def test_the_refusal_is_in_the_language_of_the_client():
    for language, words in (("", "Тело запроса"), ("en-GB", "The request body"), ("pt", "O corpo da requisição")):
        sent, _left = await request(b"x" * 11, length="11", language=language)
        assert json.loads(sent[1]["body"])["message"].startswith(words)
