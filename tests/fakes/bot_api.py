"""A Bot API server of the tests' own on loopback: one bot, the updates that wait for it, the messages it sent.

It keeps Telegram's rules as far as they matter here: an update is given again until a request with a higher `offset`
confirms it, an empty answer comes only after `timeout`, a second `getUpdates` ends the first with 409, kinds that are
not among `allowed_updates` are dropped, and a wrong token is 401.
"""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

TOKEN = "7654321:AAF-fake_token_of_the_tests_0123456789"
BOT_ID = "7654321"
NAME = "naryad_test_bot"
PATIENCE_SECONDS = 30.0


@dataclass(frozen=True)
class Answer:
    """What a method answers: the Bot API's JSON, or with `page` the body of somebody in between."""

    status: int = 200
    body: dict[str, Any] = field(default_factory=dict)
    page: bytes | None = None


def refusal(status: int, description: str, **parameters: Any) -> Answer:
    body = {"ok": False, "error_code": status, "description": description}
    return Answer(status, {**body, "parameters": parameters} if parameters else body)


@dataclass
class BotAPI:
    """The server's state. Tests change it from their thread, requests from theirs; `changed` guards it."""

    port: int
    changed: threading.Condition = field(default_factory=threading.Condition)

    def __post_init__(self) -> None:
        self._pollers = itertools.count(1)
        self.closed = False
        self.reset()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def reset(self) -> None:
        """A bot that nobody has talked to; whoever still waits for updates is turned away."""
        with self.changed:
            self.waiting: list[dict[str, Any]] = []
            self.sent: list[dict[str, str]] = []
            self.polls: list[dict[str, str]] = []
            self.planned: list[tuple[str, Answer]] = []
            self.blocked: set[int] = set()
            self.silent_on_confirmation = False
            self._ids = itertools.count(1000)
            self._poller = next(self._pollers)
            self.changed.notify_all()

    # --- what a test does ---------------------------------------------------------------------------------------------

    def write(self, sender: int, text: str = "/start", *, chat: int | None = None, **sender_fields: Any) -> int:
        """A person writes to the bot, in private or in the group `chat`; returns the update's id."""
        where = {"id": sender, "type": "private"} if chat is None else {"id": chat, "type": "supergroup", "title": "G"}
        who = {"id": sender, "is_bot": False, "first_name": "Анна", **sender_fields}
        return self.happen(message={"message_id": 1, "date": 1, "chat": where, "from": who, "text": text})

    def happen(self, **content: Any) -> int:
        """An update of any kind; returns its id."""
        with self.changed:
            number = next(self._ids)
            self.waiting.append({"update_id": number, **content})
            self.changed.notify_all()
        return number

    def plan(self, method: str, *answers: Answer) -> None:
        """The next calls of `method` are answered so."""
        self.planned += [(method, answer) for answer in answers]

    def wait_until(self, condition: Callable[[], Any]) -> None:
        """Return when the condition on this server's state holds."""
        with self.changed:
            assert self.changed.wait_for(condition, timeout=PATIENCE_SECONDS)

    def texts_to(self, chat: int) -> list[str]:
        return [message["text"] for message in self.sent if message["chat_id"] == str(chat)]

    # --- what requests do ---------------------------------------------------------------------------------------------

    def answer(self, token: str, method: str, values: dict[str, str]) -> Answer:
        if token != TOKEN:
            return refusal(401, "Unauthorized")
        with self.changed:
            if method == "getUpdates":
                self.polls.append(values)
                self.changed.notify_all()
            for number, (planned, answer) in enumerate(self.planned):
                if planned == method:
                    del self.planned[number]
                    return answer
            known = {"getMe": self._me, "sendMessage": self._send, "getUpdates": self._updates}
            return known[method](values) if method in known else refusal(404, "Not Found")

    def _me(self, values: dict[str, str]) -> Answer:
        return _ok({"id": int(BOT_ID), "is_bot": True, "first_name": "Naryad", "username": NAME})

    def _send(self, values: dict[str, str]) -> Answer:
        chat = int(values["chat_id"])
        if chat in self.blocked:
            return refusal(403, "Forbidden: bot was blocked by the user")
        self.sent.append(values)
        self.changed.notify_all()
        return _ok({"message_id": len(self.sent), "date": 1, "chat": {"id": chat, "type": "private"}})

    def _updates(self, values: dict[str, str]) -> Answer:
        me = self._poller = next(self._pollers)
        self.changed.notify_all()
        if "offset" in values:
            self.changed.wait_for(lambda: self._left(me) or not self.silent_on_confirmation)
            if not self._left(me):
                self.waiting = [one for one in self.waiting if one["update_id"] >= int(values["offset"])]
        kinds = json.loads(values.get("allowed_updates", "[]"))
        if kinds:
            self.waiting = [one for one in self.waiting if any(kind in one for kind in kinds)]
        end = time.monotonic() + float(values.get("timeout", 0))
        while not self.waiting and not self._left(me) and time.monotonic() < end:
            self.changed.wait(end - time.monotonic())
        if self._left(me):
            return refusal(409, "Conflict: terminated by other getUpdates request")
        return _ok(self.waiting[: int(values.get("limit", 100))])

    def _left(self, poller: int) -> bool:
        return self.closed or self._poller != poller

    def close(self) -> None:
        with self.changed:
            self.closed = True
            self.changed.notify_all()


def _ok(result: Any) -> Answer:
    return Answer(200, {"ok": True, "result": result})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:
        """Tests read the state, not the terminal."""

    def do_POST(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        token, _slash, method = parts.path.removeprefix("/bot").partition("/")
        answer = self.server.api.answer(token, method, dict([*parse_qsl(parts.query), *parse_qsl(body)]))
        content = json.dumps(answer.body).encode() if answer.page is None else answer.page
        with suppress(ConnectionError):
            self.send_response(answer.status)
            self.send_header("Content-Type", "application/json" if answer.page is None else "text/html")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    api: BotAPI

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that is killed is what some tests want."""


@contextmanager
def running() -> Iterator[BotAPI]:
    """A Bot API on a free port of 127.0.0.1."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.api = BotAPI(port=server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.api
    finally:
        server.api.close()
        server.shutdown()
        server.server_close()
        thread.join(10)
