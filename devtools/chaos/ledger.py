"""`dev.py ledger`: a server that writes down every call it gets, so that anybody can see what workflows did outside.

`/` answers at once, `/slow?seconds=3` after so many seconds, `/status/503` with that status. Each call becomes one line
of JSON, written before the answer is thought about: what stands in the file did happen, also when the caller died.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import threading
import time
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from devtools import console
from devtools.bootstrap import ROOT

DEFAULT_PORT = 8008
LONGEST_SLEEP_SECONDS = 300.0
STATUS = re.compile(r"/status/([2-5]\d\d)")


class Ledger(ThreadingHTTPServer):
    """Listens on loopback and appends to `file`."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, port: int, file: Path) -> None:
        super().__init__(("127.0.0.1", port), LedgerHandler)
        file.parent.mkdir(parents=True, exist_ok=True)
        self._lines = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._lock = threading.Lock()
        self._calls = 0

    def write_down(self, call: dict[str, Any]) -> int:
        """Append the call and return its number."""
        with self._lock:
            self._calls += 1
            os.write(self._lines, (json.dumps({"call": self._calls, **call}) + "\n").encode())
            return self._calls

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that has gone before its answer is nothing to speak of here."""


class LedgerHandler(BaseHTTPRequestHandler):
    """One call: written down, then answered."""

    protocol_version = "HTTP/1.1"
    server: Ledger

    def handle_one_call(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        number = self.server.write_down(
            {
                "at": time.time(),
                "method": self.command,
                "path": self.path,
                "key": self.headers.get("Idempotency-Key"),
                "execution": self.headers.get("X-Execution-Id"),
                "attempt": self.headers.get("X-Step-Attempt"),
                "bytes": len(body),
            }
        )
        self._answer(self._status(), json.dumps({"call": number}).encode())

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_one_call  # noqa: N815 - names that http.server calls

    def _status(self) -> int:
        address = urlsplit(self.path)
        if address.path == "/slow":
            seconds = float(parse_qs(address.query).get("seconds", ["1"])[0])
            time.sleep(min(max(seconds, 0.0), LONGEST_SLEEP_SECONDS))
        named = STATUS.fullmatch(address.path)
        if named:
            return int(named.group(1))
        return 200 if address.path in ("/", "/slow") else 404

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """The file says it all."""


def ledger(arguments: Sequence[str]) -> int:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="dev.py ledger", description="Writes down every HTTP call it gets.")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT)
    parser.add_argument("--file", type=Path, default=ROOT / "var" / "ledger.ndjson", help="lines of JSON, appended")
    options = parser.parse_args(arguments)
    with Ledger(options.port, options.file) as server:
        console.say(f"http://127.0.0.1:{options.port}/ writes into {options.file}")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            console.say("stopped")
    return 0
