"""What an attacker has: raw sockets, forged tokens, and a server that waits to be called."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import requests


def raw(url: str, request: bytes) -> bytes:
    """Bytes to the server as they are, which no library would send; the answer until the server closes.

    A server that has heard enough closes before it has read all, which the sender may see as a broken connection.
    """
    place = urlsplit(url)
    with socket.create_connection((place.hostname or "", place.port or 80), timeout=10) as line:
        answer = b""
        with suppress(ConnectionError):
            line.sendall(request)
        with suppress(ConnectionError, TimeoutError):
            while piece := line.recv(65536):
                answer += piece
        return answer


def got(url: str, path: str, *headers: str, method: str = "GET") -> tuple[int, bytes]:
    """Status and everything behind it, of a request whose path is not tidied up; 0 when there is no answer."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {urlsplit(url).netloc}", "Connection: close", *headers, "", ""]
    answer = raw(url, "\r\n".join(lines).encode("latin-1"))
    status = re.match(rb"HTTP/1\.1 (\d{3})", answer)
    return int(status[1]) if status else 0, answer


def forged(claims: dict[str, Any], *, key: str, header: dict[str, Any] | None = None) -> str:
    """A token that says `claims`, signed with a key that the attacker guesses; unsigned without one."""
    signed = f"{_part(header or {'alg': 'HS256', 'typ': 'JWT'})}.{_part(claims)}"
    digest = hmac.digest(key.encode(), signed.encode(), hashlib.sha256) if key else b""
    return f"{signed}.{_coded(digest)}"


def read_claims(token: str) -> dict[str, Any]:
    """What a token says; anybody can read it."""
    middle = token.split(".")[1]
    said: dict[str, Any] = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    return said


def signed_call(secret: str, body: bytes, *, delivery: str) -> dict[str, str]:
    """The headers of a webhook as its true sender writes them."""
    moment = str(int(time.time()))
    digest = hmac.digest(secret.encode(), f"{delivery}.{moment}.".encode() + body, hashlib.sha256)
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return {"webhook-id": delivery, "webhook-timestamp": moment, "webhook-signature": signature}


@contextmanager
def trap() -> Iterator[tuple[int, list[Any]]]:
    """A port of this machine and who has connected to it."""
    caught: list[Any] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        over = threading.Event()

        def listen() -> None:
            while not over.is_set():
                try:
                    line, address = server.accept()
                except TimeoutError:
                    continue
                caught.append(address)
                line.close()

        listener = threading.Thread(target=listen)
        listener.start()
        try:
            yield server.getsockname()[1], caught
        finally:
            over.set()
            listener.join()


def visitor() -> requests.Session:
    """A client that nobody knows."""
    session = requests.Session()
    session.trust_env = False
    return session


def _part(value: dict[str, Any]) -> str:
    return _coded(json.dumps(value).encode())


def _coded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
