"""The connection to the mail server: one per thread, kept for a while, every failure under a name of its own."""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.conf import settings

from integrations.mail.errors import MailDeferred, MailNotReady, MailRejected, MailServerAway
from integrations.mail.letters import Letter, coded
from integrations.mail.servers import MailServer
from integrations.redaction import Redactor

IDLE_SECONDS: Final = 20.0
"""How long an unused connection is trusted; servers close theirs after a minute or more."""
DEFER_SECONDS: Final = 300.0
"""Greylisting lets a sender in that comes back after some minutes."""

_own = threading.local()


def send(letter: Letter, *, message_id: str, contents: Sequence[bytes] = (), server: MailServer) -> dict[str, str]:
    """Hand the letter to the server; returns the recipients that it refused, with its words, if it took others.

    `contents` are those of the letter's files. Raises `MailNotReady`, `MailServerAway`, `MailDeferred`,
    `MailRejected`. A line that breaks while the letter is on its way is `MailDeferred`: the server may have it, and
    will know it by its `Message-ID`.
    """
    recipients = {coded(address): address for address in letter.recipients()}
    data = letter.as_bytes(message_id, contents)
    line = _line(server)
    quiet = Redactor([server.password])
    try:
        refused = line.sendmail(coded(letter.from_address()), list(recipients), data)
    except smtplib.SMTPRecipientsRefused as error:
        _hang_up()
        raise _refusal(error.recipients, quiet) from None
    except smtplib.SMTPResponseException as error:
        _hang_up()
        raise _answered(error.smtp_code, _words(error.smtp_error, quiet)) from None
    except (smtplib.SMTPException, OSError) as error:
        _hang_up()
        raise MailDeferred(retry_after=DEFER_SECONDS, detail=type(error).__name__) from None
    _own.used_at = time.monotonic()
    return {recipients.get(address, address): _words(words, quiet) for address, (_code, words) in refused.items()}


def _line(server: MailServer) -> smtplib.SMTP:
    """This thread's connection, if it is still good, or a new one."""
    kept: smtplib.SMTP | None = getattr(_own, "line", None)
    if kept is not None and _own.server == server and time.monotonic() - _own.used_at < IDLE_SECONDS:
        try:
            if kept.noop()[0] == 250:
                return kept
        except (smtplib.SMTPException, OSError):
            pass
    _hang_up()
    _own.line, _own.server = _connect(server), server
    line: smtplib.SMTP = _own.line
    return line


def _connect(server: MailServer) -> smtplib.SMTP:
    line: smtplib.SMTP | None = None
    try:
        line = _Line(server)
        if server.security == "starttls":
            line.starttls(context=_tls())
        if server.login:
            line.login(server.login, server.password)
    except (smtplib.SMTPException, OSError) as error:
        if line is not None:
            line.close()
        if isinstance(error, smtplib.SMTPAuthenticationError | smtplib.SMTPNotSupportedError | ssl.SSLError):
            raise MailNotReady(detail=type(error).__name__) from None
        raise MailServerAway(host=server.host, detail=type(error).__name__) from None
    return line


class _Line(smtplib.SMTP):
    """Connects to the checked address; the name is only for TLS."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        super().__init__(server.host, server.port, timeout=settings.EMAIL_TIMEOUT)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        line = socket.create_connection((self._server.address, port), timeout)
        return _tls().wrap_socket(line, server_hostname=host) if self._server.security == "ssl" else line


def _tls() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=settings.EMAIL_CA_FILE or None)


def _hang_up() -> None:
    line: smtplib.SMTP | None = getattr(_own, "line", None)
    _own.line = None
    if line is not None:
        line.close()


def _refusal(recipients: Mapping[str, tuple[int, Any]], quiet: Redactor) -> MailDeferred | MailRejected:
    """Nobody was taken. One who may be taken later is enough to come back."""
    codes = [code for code, _said in recipients.values()]
    code = next((code for code in codes if code < 500), max(codes))
    words = next(iter(said for _code, said in recipients.values()))
    return _answered(code, _words(words, quiet))


def _answered(code: int, words: str) -> MailDeferred | MailRejected:
    if code >= 500:
        return MailRejected(status=code, detail=words)
    return MailDeferred(retry_after=DEFER_SECONDS, status=code, detail=words)


def _words(said: Any, quiet: Redactor) -> str:
    """What the server says, without the password that it was given: it is kept in the outbox and told in events."""
    return quiet.text(said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said))[:300]
