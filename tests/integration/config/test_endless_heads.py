"""Heads of requests that have no measure, against the web process as it is started."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from http.client import HTTPConnection

import pytest
from django.conf import settings

from devtools.installation import free_port
from devtools.processes import command_of
from tests.acceptance.naryad import until

PATIENCE_SECONDS = 120.0
CALL = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n"
CHUNKED = b"POST /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n"
TEN_THOUSAND = b"".join(b"X-%d: %d\r\n" % (number, number) for number in range(10_000))
TEN_MEGABYTES = b"x" * 10_000_000


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Where the process listens."""
    found = free_port()
    process = subprocess.Popen([sys.executable, *command_of("web", port=found)], cwd=settings.BASE_DIR, env=os.environ)
    try:
        until(lambda: takes(found), seconds=PATIENCE_SECONDS, what="the process listens")
        yield found
    finally:
        process.kill()
        process.wait()


def takes(port: int) -> bool:
    with suppress(OSError):
        socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS).close()
        return True
    return False


def asked(port: int, request: bytes) -> bytes:
    """What the server says until it hangs up; who waits for more of what does not end fails the test."""
    heard = b""
    with socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS) as line, suppress(ConnectionError):
        with suppress(ConnectionError):
            line.sendall(request)
        while piece := line.recv(65536):
            heard += piece
    return heard


@pytest.mark.parametrize(
    "request_",
    [
        CALL + TEN_THOUSAND + b"\r\n",
        CALL + b"X: " + TEN_MEGABYTES,
        CALL + TEN_MEGABYTES,
        b"GET /" + TEN_MEGABYTES,
        CHUNKED + TEN_THOUSAND + b"\r\n",
        CHUNKED + b"X: " + TEN_MEGABYTES,
    ],
    ids=["headers", "a value", "a name", "an address", "trailers", "the value of a trailer"],
)
def test_a_head_without_measure_is_refused(port: int, request_: bytes) -> None:
    """S30: 10 000 headers, and heads that do not end: refused before they are kept, whoever sends them."""
    heard = asked(port, request_)
    # The word may be lost where the line is cut under what is still on its way.
    answers = [part[:3] for part in heard.split(b"HTTP/1.1 ")[1:]]
    assert answers in ([], [b"431"], [b"403"], [b"403", b"431"])
    assert b"403" not in answers or request_.startswith(b"POST"), "of the call before its trailers"
    assert healthy(port)


def test_as_many_headers_as_programs_send_are_taken_request_by_request(port: int) -> None:
    """S30: each request of a connection is measured by itself."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)) as line:
        for _request in range(5):
            line.request("GET", "/healthz", headers={f"X-{number}": "x" * 400 for number in range(100)})
            answer = line.getresponse()
            assert (answer.status, bool(answer.read())) == (200, True)


def test_a_body_is_not_measured_as_a_head(port: int) -> None:
    """S30: bodies have limits of their own."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)) as line:
        line.request("POST", "/api/v1/auth/token", TEN_MEGABYTES[:200_000], {"Content-Type": "application/json"})
        assert line.getresponse().status in (400, 413)


def healthy(port: int) -> bool:
    with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)) as line:
        line.request("GET", "/healthz")
        return line.getresponse().status == 200
