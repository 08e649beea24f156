"""A server that stands before another one: plays prepared faults, hands everything else on."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

import requests

from integrations.safe_json import dumps
from tests.fakes.wildberries import Faults

KEPT = ("Authorization", "Content-Type", "Accept")


class FaultyFront:
    """Before the server at `upstream`; what `faults` has prepared is answered here."""

    def __init__(self, upstream: str, faults: Faults) -> None:
        self.faults = faults
        self._upstream = upstream
        self._server = _Server(("127.0.0.1", 0), self)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._session = requests.Session()
        self._session.trust_env = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._session.close()

    def answer(self, verb: str, target: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body."""
        fault = self.faults(verb, target)
        if fault is not None:
            return fault.status, dict(fault.headers), dumps(fault.body).encode()
        told = self._session.request(verb, self._upstream + target, headers=headers, data=body, timeout=30)
        return told.status_code, {"Content-Type": told.headers.get("Content-Type", "")}, told.content


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], front: FaultyFront) -> None:
        self.front = front
        super().__init__(address, _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def hand_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        kept = {name: self.headers[name] for name in KEPT if name in self.headers}
        status, headers, content = self.server.front.answer(self.command, self.path, kept, body)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = hand_on  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:
        """Silent: the faults count the requests."""
