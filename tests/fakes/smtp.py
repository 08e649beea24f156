"""A mail server on loopback that keeps what it is given and refuses on demand: aiosmtpd over a real socket."""

from __future__ import annotations

import asyncio
import socket
import ssl
import subprocess
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import redis
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from django.conf import settings

from integrations import breaker

PASSWORD = "pass-of-the-box"
PATIENCE_SECONDS = 60.0


@dataclass
class PostOffice:
    """`answers` are given to the next letters instead of taking them, `refused` to recipients; `hangs` says nothing."""

    host: str = "127.0.0.1"
    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    envelopes: list[list[str]] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    hangs: bool = False
    sessions: set[Any] = field(default_factory=set)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd names the hook
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.sessions.add(session.peer)
        if self.hangs:
            await asyncio.sleep(60)
        if self.answers:
            return self.answers.pop(0)
        content = envelope.content or b""
        assert isinstance(content, bytes)
        self.letters.append(message_from_bytes(content, policy=policy.default))
        self.envelopes.append(list(envelope.rcpt_tos))
        return "250 taken"


def _authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    right = isinstance(data, LoginPassword) and data.password == PASSWORD.encode()
    return AuthResult(success=right, handled=False)


class _Listening(Controller):
    """Listens on a port that it holds from the beginning: one that was only found free may be another's by then."""

    def __init__(self, office: PostOffice, **options: Any) -> None:
        self._socket = socket.create_server((office.host, 0))
        office.port = self._socket.getsockname()[1]
        super().__init__(office, hostname=office.host, port=office.port, ready_timeout=PATIENCE_SECONDS, **options)

    def _create_server(self) -> Awaitable[asyncio.AbstractServer]:
        return self.loop.create_server(self._factory_invoker, sock=self._socket)


@contextmanager
def post_office(*, certificate: Path | None = None, needs_login: bool = False) -> Iterator[PostOffice]:
    """A running server; with a `certificate` (a file with key and certificate) it asks for STARTTLS first.

    It takes a login after STARTTLS only.
    """
    office = PostOffice()
    options: dict[str, Any] = {}
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        options |= {"tls_context": context, "require_starttls": True}
    if needs_login:
        options |= {"authenticator": _authenticate, "auth_required": True}
    controller = _Listening(office, **options)
    _forget_breakers(office.host)
    controller.start()
    try:
        yield office
    finally:
        controller.stop()


def _forget_breakers(host: str) -> None:
    """Earlier tests have found nobody at ports of this host, perhaps at the very one that is taken now."""
    with redis.Redis.from_url(settings.REDIS_URL) as shared:
        for key in shared.scan_iter(f"{breaker.PREFIX}*@{host}:*"):
            shared.delete(key)


def make_certificate(directory: Path) -> Path:
    """A file with a key and a certificate for `localhost`, signed by itself."""
    key, certificate, both = directory / "key.pem", directory / "cert.pem", directory / "both.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    both.write_bytes(key.read_bytes() + certificate.read_bytes())
    return both
