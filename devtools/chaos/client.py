"""A client of the REST API as any programme may write one: a token, a key per start, and patience."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

ANSWER_SECONDS = 30.0
PATIENCE_SECONDS = 120.0
UNAUTHORISED, UNAVAILABLE = 401, 503
FIRST_SERVER_FAULT = 500


@dataclass(frozen=True)
class Answer:
    """`asked` and `seconds` are of the call that was answered: wall-clock time, and how long it took."""

    status: int
    body: Any
    asked: float
    seconds: float

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


class Client:
    """May be used by many threads; each keeps a connection of its own."""

    def __init__(self, url: str, username: str, password: str) -> None:
        self._address = urlsplit(url)
        self._person = {"username": username, "password": password}
        self._token = ""
        self._mine = threading.local()
        self.patience_seconds = PATIENCE_SECONDS
        """How long `insist` asks; may be changed at any time."""
        self.faults: list[str] = []
        """Server errors other than 503, and questions that were never answered: there must be none."""

    def ask(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Answer | None:
        """One call; None when nobody answered. A token that has run out is renewed first."""
        answer = self._send(method, path, body, headers)
        if answer is not None and answer.status == UNAUTHORISED and path != "/auth/token" and self._log_in():
            answer = self._send(method, path, body, headers)
        return answer

    def insist(self, method: str, path: str, body: Any = None, *, key: str = "") -> Answer:
        """Ask until there is an answer that is no server error. Raises TimeoutError."""
        headers = {"Idempotency-Key": key} if key else {}
        began = time.monotonic()
        pause = 0.1
        while True:
            answer = self.ask(method, path, body, headers)
            if answer is not None and answer.status < FIRST_SERVER_FAULT and answer.status != UNAUTHORISED:
                return answer
            if time.monotonic() - began > self.patience_seconds:
                fault = f"{method} {path}: {answer.status if answer else 'no answer'} for {self.patience_seconds:.0f} s"
                self.faults.append(fault)
                raise TimeoutError(fault)
            time.sleep(pause)
            pause = min(1.0, pause * 2)

    def _log_in(self) -> bool:
        answer = self._send("POST", "/auth/token", self._person, None)
        if answer is None or not answer.ok:
            return False
        self._token = answer.body["access"]
        return True

    def _send(self, method: str, path: str, body: Any, headers: Mapping[str, str] | None) -> Answer | None:
        sent = {"Accept": "application/json", **(headers or {})}
        if self._token:
            sent["Authorization"] = f"Bearer {self._token}"
        payload = None
        if body is not None:
            sent["Content-Type"] = "application/json"
            payload = json.dumps(body)
        asked, began = time.time(), time.monotonic()
        try:
            connection = self._connection()
            connection.request(method, f"/api/v1{path}", payload, sent)
            found = connection.getresponse()
            content = found.read()
        except (OSError, http.client.HTTPException):
            self._hang_up()
            return None
        seconds = time.monotonic() - began
        if found.status >= FIRST_SERVER_FAULT and found.status != UNAVAILABLE:
            self.faults.append(
                f"{method} {path.split('?')[0]}: {found.status} {content[:300].decode(errors='replace')}"
            )
        try:
            told = json.loads(content) if content else None
        except ValueError:
            told = None
        return Answer(found.status, told, asked, seconds)

    def _connection(self) -> http.client.HTTPConnection:
        if getattr(self._mine, "connection", None) is None:
            host, port = self._address.hostname or "127.0.0.1", self._address.port
            self._mine.connection = http.client.HTTPConnection(host, port, timeout=ANSWER_SECONDS)
        connection: http.client.HTTPConnection = self._mine.connection
        return connection

    def _hang_up(self) -> None:
        connection, self._mine.connection = getattr(self._mine, "connection", None), None
        if connection is not None:
            connection.close()
