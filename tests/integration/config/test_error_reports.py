"""Errors told to a Sentry, looked at from its side of the line."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from django.conf import global_settings, settings

from config.apps import installation_secrets
from tests.architecture.tree import ROOT

OWN_TOKEN = "a-token-of-the-monitoring-that-nobody-may-read"
THEIRS = "sk-live-51HqLyjWDarjtT1zdp7dc"
PROGRAM = f"""
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
import django
django.setup()
import structlog
from integrations import redaction
password = {THEIRS!r}
try:
    with redaction.keeping_quiet(redaction.Redactor([password])):
        try:
            raise ValueError("refused by " + password, "Bearer {OWN_TOKEN}", os.environ["METRICS_TOKEN"])
        except ValueError:
            structlog.get_logger("test").exception("step.failed", step_id="7", cookie="Basic YWJjZGVmZ2g6")
finally:
    print("sentry_sdk" in sys.modules)
    if "sentry_sdk" in sys.modules:
        sys.modules["sentry_sdk"].flush(120)  # at its end it gives a report two seconds, which a busy machine may need
"""


@contextmanager
def sentry() -> Iterator[tuple[str, list[bytes]]]:
    """The address of one that takes everything in, and what it was told."""
    told: list[bytes] = []

    class Ingest(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.append(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *arguments: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Ingest)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://key@127.0.0.1:{server.server_port}/1", told
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def run(**variables: str) -> str:
    """A process in which something goes wrong; what it prints. It ends when its reports have gone."""
    environment = {**os.environ, "METRICS_TOKEN": OWN_TOKEN, "NARYAD_PROCESS": "worker-test", **variables}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    return done.stdout.strip()


def test_an_error_is_told_without_any_secret() -> None:
    """S4-24, S25: error reports are on with an address, and masked by name, by shape and by value."""
    with sentry() as (dsn, told):
        assert run(SENTRY_DSN=dsn) == "True"
    (report,) = [json.loads(line) for body in told for line in body.splitlines() if b'"exception"' in line]
    assert report["logentry"]["message"] == "step.failed"
    assert report["extra"]["step_id"] == "7"
    (exception,) = report["exception"]["values"]
    assert exception["type"] == "ValueError"
    assert exception["stacktrace"]["frames"]
    text = b"".join(told).decode()
    for secret in (OWN_TOKEN, THEIRS, "YWJjZGVmZ2g6", settings.SECRET_KEY, settings.JWT_SIGNING_KEY):
        assert secret not in text


def test_without_an_address_nothing_is_told_or_loaded() -> None:
    """S4-24: off by default, at no cost."""
    with sentry() as (_dsn, told):
        assert run(SENTRY_DSN="") == "False"
    assert told == []


def test_every_secret_of_the_settings_is_masked_by_value(settings: Any) -> None:
    """S4: also the next one that somebody adds, by its name."""
    named = [name for name in dir(settings) if name.endswith(("_TOKEN", "_SECRET", "_KEY", "_KEYS", "_PASSWORD"))]
    ours = [name for name in named if not hasattr(global_settings, name) or name == "SECRET_KEY"]
    for name in [*ours, "EMAIL_HOST_PASSWORD"]:
        setattr(settings, name, [f"own {name}"] if name.endswith("S") else f"own {name}")
    assert {f"own {name}" for name in ours} <= set(installation_secrets())
    assert "own EMAIL_HOST_PASSWORD" in installation_secrets()
