"""Google Sheets' REST API v4 and Google's token service on loopback: tables of rows, quotas and refusals on demand."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

TOKEN = "ya29.token-of-the-fake"
CALL = re.compile(r"/v4/spreadsheets/([^/]+)/values(?:/([^:]+?))?(:append|:batchUpdate)?$")
RANGE = re.compile(r"'((?:[^']|'')*)'(?:!([A-Z]*)(\d*)(?::([A-Z]*)(\d*))?)?$")
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Google:
    """`tables` is `{id: {sheet: rows}}`; `answers` are given instead of the next calls, as `(status, message)`."""

    port: int = 0
    tables: dict[str, dict[str, list[list[Any]]]] = field(default_factory=dict)
    answers: list[tuple[int, str]] = field(default_factory=list)
    calls: list[tuple[str, str, dict[str, str], Any]] = field(default_factory=list)
    tokens: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def key(self) -> str:
        """A service account's key file."""
        pem = KEY.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return json.dumps(
            {
                "type": "service_account",
                "client_email": "robot@example.iam.gserviceaccount.com",
                "private_key": pem.decode(),
                "private_key_id": "1",
                "token_uri": f"{self.url}/token",
            }
        )

    def values(self, table: str, where: str, action: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        sheets = self.tables.get(table)
        if sheets is None:
            return _error(404, "Requested entity was not found.")
        if action == ":batchUpdate":
            for part in body["data"]:
                self._write(sheets, part["range"], part["values"][0])
            return 200, {"totalUpdatedRows": len(body["data"])}
        found = RANGE.match(where)
        if found is None or found[1].replace("''", "'") not in sheets:
            return _error(400, f"Unable to parse range: {where}")
        rows = sheets[found[1].replace("''", "'")]
        if action == ":append":
            rows.extend(["" if cell is None else cell for cell in row] for row in body["values"])
            return 200, {"updates": {"updatedRange": f"{where}:{len(rows)}", "updatedRows": len(body["values"])}}
        wanted = rows[:1] if where.endswith("!1:1") else rows
        shown = [_trimmed(row, query) for row in wanted]
        return 200, {"range": where, "majorDimension": "ROWS"} | ({"values": shown} if shown else {})

    def _write(self, sheets: dict[str, list[list[Any]]], where: str, row: list[Any]) -> None:
        found = RANGE.match(where)
        assert found is not None, where
        rows = sheets[found[1].replace("''", "'")]
        number = int(found[3] or 1)
        while len(rows) < number:
            rows.append([])
        old = rows[number - 1] + [""] * (len(row) - len(rows[number - 1]))
        rows[number - 1] = [was if cell is None else cell for was, cell in zip(old, row, strict=False)] + old[
            len(row) :
        ]


def _trimmed(row: list[Any], query: dict[str, str]) -> list[Any]:
    as_numbers = query.get("dateTimeRenderOption", "SERIAL_NUMBER") == "SERIAL_NUMBER"
    raw = query["valueRenderOption"] == "UNFORMATTED_VALUE"
    row = [_dated(cell, as_number=raw and as_numbers) for cell in row]
    while row and row[-1] == "":
        row.pop()
    return row if raw else [str(cell) for cell in row]


def _dated(cell: Any, *, as_number: bool) -> Any:
    """A cell that holds a date, as it is shown or as Google counts days."""
    if not isinstance(cell, date):
        return cell
    return (cell - date(1899, 12, 30)).days if as_number else f"{cell:%d.%m.%Y}"


def _error(status: int, message: str) -> tuple[int, Any]:
    return status, {"error": {"code": status, "message": message, "status": "ERROR"}}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    google: Google

    def log_message(self, format: str, *args: Any) -> None:
        """Tests read the fake, not the terminal."""

    def _handle(self) -> None:
        parts = urlsplit(self.path)
        text = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        if parts.path == "/token":
            self._give(*self._token(parse_qs(text)))
            return
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        body = json.loads(text) if text else None
        self.google.calls.append((self.command, parts.path, query, body))
        self._give(*self._answer(parts.path, query, body))

    do_GET = do_POST = _handle  # noqa: N815

    def _token(self, form: dict[str, list[str]]) -> tuple[int, Any]:
        claims = jwt.decode(
            form["assertion"][0], KEY.public_key(), ["RS256"], audience=f"{self.google.url}/token", leeway=60
        )
        assert "spreadsheets" in claims["scope"]
        self.google.tokens += 1
        return 200, {"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"}

    def _answer(self, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return _error(401, "Request had invalid authentication credentials.")
        if self.google.answers:
            return _error(*self.google.answers.pop(0))
        call = CALL.match(path)
        if call is None:
            return _error(404, "no such method")
        return self.google.values(unquote(call[1]), unquote(call[2] or ""), call[3] or "", query, body)

    def _give(self, status: int, body: Any) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=UTF-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@contextmanager
def running() -> Iterator[Google]:
    """The fake on a free port of 127.0.0.1."""
    google = Google()
    handler = type("Handler", (_Handler,), {"google": google})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    google.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield google
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
