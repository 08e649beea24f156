"""The world as imported workflows expect it: one HTTP server on loopback with something plausible for anybody."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import urlsplit

PICTURE: Final = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
FEED: Final = """<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><link>http://example.org</link>
<item><title>First</title><link>http://example.org/1</link><guid>1</guid><description>Text &lt;img src="a.png"&gt;
</description><pubDate>Tue, 03 Mar 2026 12:00:00 GMT</pubDate></item></channel></rss>"""
TABLE: Final = "id,name,email,price\n1,Ann,ann@example.org,5\n2,Boris,b@example.org,7\n"
PAGE: Final = '<html><body><p class="a">Text</p><a href="mailto:ann@example.org">Ann</a></body></html>'


@dataclass
class World:
    """`answers` win over what is made up: the JSON for paths that begin like this.

    `database` is the port of a PostgreSQL, `mail` that of an IMAP server and `redis` the address of a Redis that belong
    to it.
    """

    port: int = 0
    database: int = 0
    mail: int = 0
    redis: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)

    @property
    def endpoint(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.endpoint}"

    def answer_to(self, path: str) -> tuple[str, bytes]:
        """Type and content."""
        for beginning, body in self.answers.items():
            if path.startswith(beginning):
                return "application/json", json.dumps(body).encode()
        for ends, kind, content in (
            ((".png", ".jpg", ".jpeg", "/avatar"), "image/png", PICTURE),
            ((".csv",), "text/csv", TABLE.encode()),
            ((".xml", ".rss", "/feed", "/feed/"), "application/rss+xml", FEED.encode()),
            ((".html", ".htm"), "text/html", PAGE.encode()),
        ):
            if path.lower().endswith(ends):
                return kind, content
        if "/weibo/" in path or "/instagram/" in path or "feeds" in path:
            return "application/rss+xml", FEED.encode()
        return "application/json", json.dumps(self.anything()).encode()

    def anything(self) -> dict[str, Any]:
        """What most services might say."""
        one = {"id": "1", "name": "Ann", "url": f"{self.url}/thing.png", "text": "Text", "date": "2026-03-03T12:00:00Z"}
        message = {"role": "assistant", "content": '{"answer": "Text", "items": ["one"]}'}
        return {
            **one,
            "ok": True,
            "object": "thing",
            "result": {**one, "message_id": 7, "file_path": "documents/file_1.pdf", "access_token": "token"},
            "results": [one],
            "data": [{**one, "embedding": [0.1, 0.2], "b64_json": "QQ=="}],
            "items": [one],
            "records": [{"id": "rec1", "fields": {"Name": "Ann"}, "createdTime": "2026-03-03T12:00:00Z"}],
            "values": [["id", "name"], ["1", "Ann"]],
            "choices": [{"index": 0, "message": message, "text": "Text", "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
            "candidates": [{"content": {"role": "model", "parts": [{"text": message["content"]}]}}],
            "has_more": False,
            "matches": [],
            "access_token": "token",
            "token_type": "bearer",
            "expires_in": 3600,
            "status": "succeeded",
        }


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    world: World

    def log_message(self, format: str, *args: Any) -> None:
        """Tests read the world, not the terminal."""

    def _handle(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = urlsplit(self.path).path
        self.world.calls.append((self.command, path))
        kind, content = self.world.answer_to(path)
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = _handle  # noqa: N815


@contextmanager
def running() -> Iterator[World]:
    """The world on a free port of 127.0.0.1."""
    world = World()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"world": world}))
    world.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield world
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
