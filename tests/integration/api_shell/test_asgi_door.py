from __future__ import annotations

import json
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator

from config.asgi import application


@pytest.fixture
def _misbehaving(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.integration.api_shell.urls"


async def post(path: str, chunks: list[bytes], headers: dict[str, str]) -> tuple[int, Any]:
    """Send the chunks as a client would and read the whole answer."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [
            (name.lower().encode(), value.encode()) for name, value in {"Host": "localhost", **headers}.items()
        ],
        "client": ("127.0.0.1", 40000),
        "server": ("127.0.0.1", 3001),
    }
    communicator = ApplicationCommunicator(application, scope)
    for number, chunk in enumerate(chunks, 1):
        await communicator.send_input({"type": "http.request", "body": chunk, "more_body": number < len(chunks)})
    start = await communicator.receive_output(timeout=20)
    body, more = b"", True
    while more:
        message = await communicator.receive_output(timeout=20)
        body += message.get("body", b"")
        more = message.get("more_body", False)
    await communicator.wait(timeout=20)
    return start["status"], json.loads(body)


CHUNKED = {"Transfer-Encoding": "chunked", "Content-Type": "application/json"}


@pytest.mark.usefixtures("_misbehaving")
async def test_a_chunked_body_is_read():
    """S28: a request that does not tell its length is a request all the same."""
    status, body = await post("/api/v1/test/echo/", [b'{"a"', b":1}"], CHUNKED)
    assert (status, body) == (200, {"body": {"a": 1}})


@pytest.mark.usefixtures("_misbehaving")
async def test_a_chunked_body_is_counted():
    status, body = await post("/api/v1/test/echo", [b'"' + b"x" * 5_500_000] * 2, CHUNKED)
    assert (status, body["code"]) == (413, "too_large")


@pytest.mark.usefixtures("_misbehaving")
async def test_a_giant_is_not_even_spooled():
    status, body = await post("/api/v1/test/echo", [b"{}"], {**CHUNKED, "Content-Length": "60000000"})
    assert (status, body["code"]) == (413, "too_large")
