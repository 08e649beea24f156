"""The emulator on a socket of this machine: standard library only, a thread per connection."""

from __future__ import annotations

import json
import mimetypes
import sys
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from integrations.telegram.emulator.control import Control
from integrations.telegram.emulator.emulator import Emulator
from integrations.telegram.emulator.media import Upload, read_form
from integrations.telegram.emulator.refusals import Answer, refusal

PAGE: Final = Path(__file__).parent / "page"
PAGE_FILES: Final = {"/": "index.html", "/page.js": "page.js", "/page.css": "page.css"}
POLICY: Final = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'"
MAX_BODY: Final = 60_000_000
IDLE_SECONDS: Final = 75.0
LOCAL_HOSTS: Final = ("127.0.0.1", "localhost")


class Server:
    """An emulator that listens on 127.0.0.1. `port` 0 takes a free one; as a context manager it serves in a thread.

    The `others` are further bots, each with people of its own; the page shows the first one.
    """

    def __init__(self, emulator: Emulator, *others: Emulator, port: int = 0) -> None:
        self.emulator = emulator
        self._others = others
        self.control = Control(emulator)
        self._server = _Server(("127.0.0.1", port), self)
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The page; with `/bot` behind it, the base URL of the API."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def of(self, token: str) -> Emulator:
        """The bot of this token; the first one also turns away tokens that are nobody's."""
        return next((other for other in self._others if other.world.token == token), self.emulator)

    def serve(self) -> None:
        """Serves until `stop`."""
        self._server.serve_forever(poll_interval=0.05)
        self._server.server_close()

    def stop(self) -> None:
        """Ends `serve`; may be called from another thread only."""
        for emulator in (self.emulator, *self._others):
            emulator.close()
        self._server.shutdown()

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self.serve, name="telegram-emulator", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        if self._thread is not None:
            self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], owner: Server) -> None:
        self.owner = owner
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news; anything else is a fault of the emulator."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "bot-api-emulator"
    sys_version = ""
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:
        """Addresses hold the token; the list of calls tells more."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path.startswith("/file/bot"):
            self._send_file(*unquote(parts.path).removeprefix("/file/bot").partition("/")[::2])
        elif parts.path.startswith("/bot"):
            self._serve_bot()
        elif not self._is_local():
            self._say(Answer(403, {"error": "only for this machine"}))
        elif parts.path in PAGE_FILES:
            name = PAGE_FILES[parts.path]
            self._write(200, (PAGE / name).read_bytes(), mimetypes.guess_type(name)[0] or "text/plain")
        elif parts.path == "/control/state":
            self._say(Answer(200, self.server.owner.control.state(int(dict(parse_qsl(parts.query)).get("after", 0)))))
        elif parts.path == "/control/calls":
            self._say(Answer(200, {"calls": self.server.owner.control.calls()}))
        elif parts.path.startswith("/files/"):
            self._send_file(self.server.owner.emulator.world.token, unquote(parts.path.removeprefix("/files/")))
        else:
            self._say(refusal(404, "Not Found"))

    def do_POST(self) -> None:
        if self.path.startswith("/bot"):
            self._serve_bot()
        else:
            self._act()

    # --- the Bot API --------------------------------------------------------------------------------------------------

    def _serve_bot(self) -> None:
        parts = urlsplit(self.path)
        token, _slash, method = unquote(parts.path.removeprefix("/bot")).partition("/")
        values, files = self._request()
        values = {**dict(parse_qsl(parts.query, keep_blank_values=True)), **values}
        self._say(self.server.owner.of(token).answer(token, method, values, files))

    def _request(self) -> tuple[dict[str, Any], dict[str, Upload]]:
        kind = self.headers.get("Content-Type", "")
        body = self._body()
        if kind.startswith("application/json"):
            found = json.loads(body or b"{}")
            return (found if isinstance(found, dict) else {}), {}
        return read_form(body, kind) if body else ({}, {})

    def _body(self) -> bytes:
        """The body of the request, also of a library that sends files piece by piece without telling their length."""
        if "chunked" not in self.headers.get("Transfer-Encoding", "").lower():
            return self.rfile.read(min(int(self.headers.get("Content-Length") or 0), MAX_BODY))
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            if len(body) + size > MAX_BODY:
                self.close_connection = True
                return body
            body += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return body

    def _send_file(self, token: str, path: str) -> None:
        content = self.server.owner.of(token).file(token, path)
        if content is None:
            self._say(refusal(404, "Not Found"))
        else:
            self._write(200, content, mimetypes.guess_type(path)[0] or "application/octet-stream")

    # --- the page -----------------------------------------------------------------------------------------------------

    def _act(self) -> None:
        """Only JSON from a page of this very server: a form on a page elsewhere cannot send that."""
        words, _files = self._request()
        name = urlsplit(self.path).path.removeprefix("/control/")
        if not self._is_local() or not self.headers.get("Content-Type", "").startswith("application/json"):
            self._say(Answer(403, {"error": "only for this machine"}))
            return
        try:
            self._say(Answer(200, {"result": self.server.owner.control.act(name, words)}))
        except (LookupError, ValueError, TypeError) as error:
            self._say(Answer(400, {"error": f"{type(error).__name__}: {error}"}))

    def _is_local(self) -> bool:
        """Another name that leads here would be somebody's page in the browser of whoever tries the product."""
        return self.headers.get("Host", "").rpartition(":")[0] in LOCAL_HOSTS

    def _say(self, answer: Answer) -> None:
        if answer.silent:
            self.close_connection = True
        elif answer.page is not None:
            self._write(answer.status, answer.page, "text/html")
        else:
            self._write(answer.status, json.dumps(answer.body, ensure_ascii=False).encode(), "application/json")

    def _write(self, status: int, content: bytes, media_type: str) -> None:
        with suppress(ConnectionError):
            self.send_response(status)
            self.send_header("Content-Type", f"{media_type}; charset=utf-8" if "text" in media_type else media_type)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Content-Security-Policy", POLICY)
            self.send_header("X-Content-Type-Options", "nosniff")
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(content)
