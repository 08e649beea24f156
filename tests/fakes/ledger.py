"""An HTTP server that writes down every call and misbehaves on demand. Loopback only, one thread per connection.

/status/503         that status; ?retry_after=7 adds the header
/json, /text, /binary, /nul, /notjson, /empty
/echo               what was received, as JSON
/hang               takes the request and never answers
/drip               headers, then a byte now and then, for ever
/drip-headers       a header byte now and then, for ever
/big?bytes=N        a body of N bytes, with its length;  /endless without a length
/bomb               a small gzip that unfolds to 200 MB;  /gzip a good one;  /cut a body shorter than it says
/redirect?to=URL    302 (or ?status=N)
/flaky?key=K&fails=N  503 (or ?status=N) for the first N calls with this K, then 200
"""

from __future__ import annotations

import gzip
import json
import threading
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Call:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes
    connection: int


@dataclass
class Ledger:
    """The running server and what it has seen."""

    port: int
    calls: list[Call] = field(default_factory=list)
    flaky: Counter[str] = field(default_factory=Counter)
    called: threading.Condition = field(default_factory=threading.Condition)
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def endpoint(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str = "/json") -> str:
        return f"http://{self.endpoint}{path}"

    def note(self, call: Call) -> None:
        with self.called:
            self.calls.append(call)
            self.called.notify_all()

    def wait_for_call(self, number: int = 1) -> None:
        """Return when at least `number` calls have arrived."""
        with self.called:
            assert self.called.wait_for(lambda: len(self.calls) >= number, timeout=90)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:
        """Tests read the ledger, not the terminal."""

    def handle_any(self) -> None:
        parts = urlsplit(self.path)
        query = parse_qs(parts.query)
        length = int(self.headers.get("Content-Length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(length)
        call = Call(self.command, parts.path, query, headers, body, self.client_address[1])
        self.server.ledger.note(call)
        name = parts.path.strip("/").split("/")[0].replace("-", "_") or "json"
        answer = getattr(self, f"answer_{name}", self.answer_unknown)
        with suppress(ConnectionError):
            answer(call)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = handle_any  # noqa: N815

    def give(self, body: bytes, *, status: int = 200, kind: str = "application/json", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def answer_unknown(self, call: Call) -> None:
        self.give(b'{"error": "no such page"}', status=404)

    def answer_status(self, call: Call) -> None:
        rest = call.query.get("retry_after")
        headers = {"Retry_After": rest[0]} if rest else {}
        self.give(b'{"error": "as you wished"}', status=int(call.path.rsplit("/", 1)[1]), **headers)

    def answer_json(self, call: Call) -> None:
        self.give('{"name": "Наряд", "price": 10.10}'.encode())

    def answer_text(self, call: Call) -> None:
        self.give("Привет".encode("cp1251"), kind="text/plain; charset=windows-1251")

    def answer_binary(self, call: Call) -> None:
        self.give(b"\x89PNG\x00\x01\xff", kind="image/png")

    def answer_nul(self, call: Call) -> None:
        self.give(b'{"name": "a\\u0000b"}')

    def answer_notjson(self, call: Call) -> None:
        self.give(b"<html>gateway</html>")

    def answer_empty(self, call: Call) -> None:
        self.send_response(204)
        self.end_headers()

    def answer_echo(self, call: Call) -> None:
        seen = {"method": call.method, "query": call.query, "headers": call.headers, "body": call.body.decode()}
        self.give(json.dumps(seen).encode(), Set_Cookie="session=1")

    def answer_hang(self, call: Call) -> None:
        self.server.ledger.closing.wait()

    def answer_drip(self, call: Call) -> None:
        self.send_response(200)
        self.end_headers()
        self.close_connection = True
        self.trickle()

    def answer_drip_headers(self, call: Call) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        self.close_connection = True
        self.trickle()

    def trickle(self) -> None:
        while not self.server.ledger.closing.wait(0.02):
            self.wfile.write(b"a")

    def answer_big(self, call: Call) -> None:
        self.give(b"x" * int(call.query["bytes"][0]), kind="text/plain")

    def answer_endless(self, call: Call) -> None:
        self.send_response(200)
        self.end_headers()
        self.close_connection = True
        while not self.server.ledger.closing.is_set():
            self.wfile.write(b"x" * 65_536)

    def answer_bomb(self, call: Call) -> None:
        packer = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
        body = b"".join(packer.compress(b"0" * 1_000_000) for _ in range(200)) + packer.flush()
        self.give(body, Content_Encoding="gzip")

    def answer_gzip(self, call: Call) -> None:
        self.give(gzip.compress(b'{"packed": true}'), Content_Encoding="gzip")

    def answer_members(self, call: Call) -> None:
        self.give(gzip.compress(b'{"packed": ') + gzip.compress(b"true}"), Content_Encoding="gzip")

    def answer_twice(self, call: Call) -> None:
        self.give(gzip.compress(gzip.compress(b"{}")), Content_Encoding="gzip, gzip")

    def answer_torn(self, call: Call) -> None:
        self.give(gzip.compress(b'{"packed": true}')[:-12], Content_Encoding="gzip")

    def answer_cut(self, call: Call) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"only this")
        self.close_connection = True

    def answer_redirect(self, call: Call) -> None:
        status = int(call.query.get("status", ["302"])[0])
        self.give(b"", status=status, Location=call.query["to"][0])

    def answer_flaky(self, call: Call) -> None:
        key, fails = call.query["key"][0], int(call.query["fails"][0])
        self.server.ledger.flaky[key] += 1
        if self.server.ledger.flaky[key] <= fails:
            self.give(b"{}", status=int(call.query.get("status", ["503"])[0]))
        else:
            self.give(b'{"ok": true}')


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    ledger: Ledger

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is what many tests want."""


@contextmanager
def running() -> Iterator[Ledger]:
    """A ledger on a free port of 127.0.0.1."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.ledger = Ledger(port=server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.ledger
    finally:
        server.ledger.closing.set()
        server.shutdown()
        server.server_close()
        thread.join(10)
