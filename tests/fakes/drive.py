"""Google Drive on loopback: files in memory, answered as its REST API v3 does."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Call:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]


@dataclass
class Drive:
    """`files` by id: what is said of each, and its content. `pages` are what a search finds, page by page."""

    port: int = 0
    files: dict[str, tuple[dict[str, Any], bytes]] = field(default_factory=dict)
    pages: list[list[dict[str, Any]]] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)

    @property
    def endpoint(self) -> str:
        return f"127.0.0.1:{self.port}"

    def answer(self, method: str, path: str, body: bytes, kind: str) -> tuple[int, bytes]:
        parts = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        named = parts.path.removeprefix("/drive/v3/files").strip("/").split("/")
        if method == "POST":
            about, data = _related(body, kind) if parts.path.startswith("/upload/") else (json.loads(body), b"")
            return self._keep(f"new{len(self.files)}", about, data)
        if not named[0]:
            number = int(query.get("pageToken", 0))
            more = {"nextPageToken": str(number + 1)} if number + 1 < len(self.pages) else {}
            return 200, json.dumps({"files": self.pages[number], **more}).encode()
        if named[0] not in self.files:
            return 404, json.dumps({"error": {"message": "File not found"}}).encode()
        about, data = self.files[named[0]]
        if method == "PATCH":
            return self._keep(named[0], {**about, **json.loads(body)}, data)
        if named[-1] == "export":
            return 200, f"exported as {query['mimeType']}".encode()
        return 200, data if query.get("alt") == "media" else json.dumps({"id": named[0], **about}).encode()

    def _keep(self, name: str, about: dict[str, Any], data: bytes) -> tuple[int, bytes]:
        self.files[name] = (about, data)
        return 200, json.dumps({"id": name, **about}).encode()


def _related(body: bytes, kind: str) -> tuple[dict[str, Any], bytes]:
    """The two parts of an upload."""
    border = b"--" + kind.partition("boundary=")[2].encode()
    about, data = (part.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n") for part in body.split(border)[1:3])
    return json.loads(about), data


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    drive: Drive

    def log_message(self, format: str, *args: Any) -> None:
        """Tests read the drive, not the terminal."""

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.drive.calls.append(Call(self.command, self.path, dict(self.headers.items())))
        status, data = self.drive.answer(self.command, self.path, body, self.headers.get("Content-Type", ""))
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PATCH = _handle  # noqa: N815


@contextmanager
def running() -> Iterator[Drive]:
    """The drive on a free port of 127.0.0.1."""
    drive = Drive()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"drive": drive}))
    drive.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield drive
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
