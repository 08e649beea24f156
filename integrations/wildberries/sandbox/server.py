"""The sandbox on a socket: standard library only, no database, threads that end with it."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from integrations.safe_json import UnsafeJSON, dumps, loads
from integrations.wildberries.batches import MOSCOW
from integrations.wildberries.sandbox.answers import Answer
from integrations.wildberries.sandbox.buckets import Buckets
from integrations.wildberries.sandbox.gate import HEALTH, Gate, query_of
from integrations.wildberries.sandbox.parameters import REPORT_ROWS
from integrations.wildberries.sandbox.request_log import RequestLog
from integrations.wildberries.sandbox.seller import Seller

MAX_BODY = 1_000_000
IDLE_SECONDS = 30.0
DRAIN_SECONDS = 5.0
LOGGED_HEADERS = ("Idempotency-Key", "X-Execution-Id", "X-Step-Attempt")

Interception = Callable[[str, str], Answer | None]
"""Asked with verb and target before the gate; what it gives, if anything, is the answer. Tests play faults with it."""


class Sandbox:
    """A Wildberries of ours. `port` 0 takes a free one; as a context manager it serves in a thread of its own.

    `delay` is in seconds before every answer, `limits` makes the published rate limits hold, `seed` decides
    all data, `active` is the number of running campaigns, `report_rows` how much one answer with orders holds.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        seed: int = 1,
        active: int = 12,
        delay: float = 0.0,
        limits: bool = False,
        report_rows: int = REPORT_ROWS,
        log: Path | None = None,
        intercept: Interception | None = None,
    ) -> None:
        self.gate = Gate(
            seller=Seller(seed=seed, active=active),
            buckets=Buckets(enforced=limits, clock=time.monotonic),
            now=lambda: datetime.now(MOSCOW),
            report_rows=report_rows,
        )
        self.log = RequestLog(log)
        self.delay = delay
        self.intercept = intercept
        self.stopping = threading.Event()
        self._server = _Server((host, port), self)
        self._thread: threading.Thread | None = None
        self._running = 0
        self._idle = threading.Condition()

    @property
    def url(self) -> str:
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    def serve(self) -> None:
        """Serves until `stop`, then lets running requests end."""
        self._server.serve_forever(poll_interval=0.1)
        self._server.server_close()
        with self._idle:
            self._idle.wait_for(lambda: not self._running, timeout=DRAIN_SECONDS)

    def stop(self) -> None:
        """Ends `serve`; may be called from another thread only."""
        self.stopping.set()
        self._server.shutdown()

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self.serve, name="wb-sandbox")
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        if self._thread is not None:
            self._thread.join()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Around a request from its first byte read to its last byte sent: `serve` waits for it."""
        with self._idle:
            self._running += 1
        try:
            yield
        finally:
            with self._idle:
                self._running -= 1
                self._idle.notify_all()

    def handle(self, verb: str, target: str, headers: Any, body: bytes) -> Answer:
        """The answer to one request, delayed and written down."""
        if target == HEALTH:
            return self.gate.answer(verb, target, headers, body)
        started = time.monotonic()
        if self.delay:
            self.stopping.wait(self.delay)
        answer = self.intercept(verb, target) if self.intercept else None
        if answer is None:
            answer = self.gate.answer(verb, target, headers, body)
        self.log.write(
            at=datetime.now(UTC),
            method=verb,
            path=target.partition("?")[0],
            query=query_of(target),
            body=_readable(body),
            trace={name: headers[name] for name in LOGGED_HEADERS if name in headers},
            status=answer.status,
            headers=dict(answer.headers),
            answer=answer.body,
            seconds=round(time.monotonic() - started, 4),
        )
        return answer


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news; anything else is a fault of the sandbox, shown as the default does."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "wb-sandbox"
    sys_version = ""
    timeout = IDLE_SECONDS
    server: _Server

    def answer_request(self) -> None:
        with self.server.sandbox.running():
            self._answer_request()

    def _answer_request(self) -> None:
        stated = self.headers.get("Content-Length", "0")
        length = int(stated) if stated.isdigit() else MAX_BODY + 1
        if length > MAX_BODY:
            # The rest of the body cannot be told from the next request.
            self.close_connection = True
        body = self.rfile.read(length) if length <= MAX_BODY else b""
        answer = self.server.sandbox.handle(self.command, self.path, self.headers, body)
        payload = b"" if answer.status == 204 else _written(answer)
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(payload)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(payload)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer_request  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:
        """The request log says more, and nothing secret."""


def _written(answer: Answer) -> bytes:
    is_text = answer.content_type.startswith("text/")
    return (str(answer.body) if is_text else dumps(answer.body)).encode()


def _readable(body: bytes) -> Any:
    try:
        return loads(body) if body else None
    except UnsafeJSON:
        return None
