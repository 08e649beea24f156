"""A secret that the other side echoes everywhere, and the places where Naryad writes."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import quote

import redis
from django.conf import settings as installation
from django.db import connection

CANARY = 'c4n4ry/"тайна"+&='
FORMS = [
    CANARY,
    json.dumps(CANARY)[1:-1],
    json.dumps(CANARY, ensure_ascii=False)[1:-1],
    quote(CANARY, safe=""),
    base64.b64encode(CANARY.encode()).decode().rstrip("="),
    base64.b64encode(f"login:{CANARY}".encode()).decode().rstrip("="),
    CANARY.encode().hex(),
]


class _Echo(BaseHTTPRequestHandler):
    """Says everything back in every form: in headers, as JSON, in the middle of other texts."""

    def do_GET(self) -> None:
        if self.path.startswith("/hang"):
            self.server.over.wait(30)  # type: ignore[attr-defined]
            return
        body = json.dumps({"said": [*FORMS, f"before {CANARY} after"], CANARY: 1, "sent": dict(self.headers)}).encode()
        cut = self.path.startswith("/cut")
        self.send_response(403 if self.path.startswith("/refuse") else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("X-Echo", quote(CANARY))
        self.send_header("Content-Length", str(len(body) + (1000 if cut else 0)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """The terminal is not looked at."""


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler], **told: Any) -> Iterator[str]:
    """Address of a server of this kind; it has what it is `told` as attributes, and `over` is set when it must end."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    over = Event()
    vars(server).update(told, over=over)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        over.set()
        server.shutdown()
        server.server_close()


@contextmanager
def echo_server(settings: Any) -> Iterator[str]:
    """Address of a server that the installation may call; `/refuse` is 403, `/hang` no answer, `/cut` half of one."""
    with serving(_Echo) as address:
        settings.OUTBOUND_ALLOW = [address.removeprefix("http://")]
        yield address


def whole_database() -> str:
    """Every row of every table, as text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        found = []
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT coalesce(string_agg(t::text, chr(10)), $$$$) FROM "{table}" t')
            found.append(cursor.fetchone()[0])
    return "\n".join(found)


def whole_memory() -> str:
    """Every key of Valkey with its value."""
    valkey = redis.Redis.from_url(installation.REDIS_URL)
    names = list(valkey.scan_iter())
    return repr([(name, valkey.dump(name)) for name in names])


def forms_of(value: str) -> list[str]:
    """The ways in which a secret stands in texts, the most usual ones."""
    return [value, json.dumps(value)[1:-1], quote(value, safe=""), base64.b64encode(value.encode()).decode()[:-4]]
