"""Naryad as a stranger meets it: REST and the socket of a run's progress, nothing from the inside."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import connect

from devtools.installation import Refused

RECONNECT_SECONDS = 0.5
PATIENCE_SECONDS = 30.0
"""How long the web process may be away (it is being started again) before we give up."""

Frame = dict[str, Any]


class FrontDoor:
    """A client with a bearer token. Every answer that is no success raises Refused with the server's own words."""

    def __init__(self, url: str, language: str = "en") -> None:
        self.url = url
        self._language = language
        self._token = ""
        # Straight there: a proxy of the environment knows nothing about this machine's loopback.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def log_in(self, username: str, password: str) -> None:
        answer = self.post("/auth/token", {"username": username, "password": password})
        self._token = answer["access"]

    def get(self, path: str, **parameters: str) -> Any:
        query = f"?{urllib.parse.urlencode(parameters)}" if parameters else ""
        return self._ask("GET", f"{path}{query}", None)

    def post(self, path: str, body: Any = None) -> Any:
        return self._ask("POST", path, json.dumps(body).encode() if body is not None else b"")

    def put(self, path: str, body: Any) -> Any:
        return self._ask("PUT", path, json.dumps(body).encode())

    def post_file(self, path: str, file: Path) -> Any:
        """Send a file's bytes as they are."""
        return self._ask("POST", path, file.read_bytes())

    def _ask(self, method: str, path: str, body: bytes | None) -> Any:
        headers = {"Accept": "application/json", "Accept-Language": self._language}
        if body:
            headers["Content-Type"] = "application/json"
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        request = urllib.request.Request(f"{self.url}/api/v1{path}", body, headers, method=method)
        try:
            with self._patiently(request) as answer:
                return json.loads(answer.read() or b"null", parse_float=Decimal)
        except urllib.error.HTTPError as error:
            raise Refused(f"{method} {path}: {error.code} {error.read().decode(errors='replace')}") from error

    def _patiently(self, request: urllib.request.Request) -> Any:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return self._opener.open(request, timeout=30)
            except urllib.error.HTTPError:
                raise
            except OSError as error:
                # Only what changes nothing is asked twice.
                if request.get_method() != "GET" or time.monotonic() > deadline:
                    raise Refused(f"{request.full_url} does not answer: {error}") from error
                time.sleep(RECONNECT_SECONDS)

    def watch(self, execution_id: str, is_over: Callable[[], bool]) -> Iterator[Frame | None]:
        """Frames of a run's progress until `is_over`; None every half second without news.

        A lost connection is made again and goes on after the last line that was seen. Raises Refused when it stays
        away, or when the server sends an error.
        """
        seen: int | None = None
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not is_over():
            try:
                for frame in self._frames(execution_id, seen, is_over):
                    deadline = time.monotonic() + PATIENCE_SECONDS
                    if frame is not None:
                        seen = frame.get("seq", seen)
                    yield frame
            except (OSError, ConnectionClosed, InvalidHandshake) as error:
                if time.monotonic() > deadline:
                    raise Refused(f"the progress of run {execution_id} cannot be watched: {error}") from error
                yield None
                time.sleep(RECONNECT_SECONDS)

    def _frames(self, execution_id: str, since: int | None, is_over: Callable[[], bool]) -> Iterator[Frame | None]:
        address = f"{self.url.replace('http', 'ws', 1)}/ws/executions/{execution_id}"
        with connect(address, open_timeout=5, close_timeout=1, max_size=None, proxy=None) as socket:
            greeting: Frame = {"type": "auth", "token": self._token}
            if since is not None:
                greeting["since"] = since
            socket.send(json.dumps(greeting))
            while not is_over():
                try:
                    frame = json.loads(socket.recv(timeout=0.5), parse_float=Decimal)
                except TimeoutError:
                    yield None
                    continue
                if frame["type"] == "error":
                    raise Refused(f"the socket says: {frame['code']} {frame['message']}")
                yield frame
