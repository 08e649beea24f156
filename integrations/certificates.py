"""The certificate that a server shows when a TLS line is opened, whoever has signed it and however old it is."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from integrations.dialling import CONNECT_SECONDS
from integrations.errors import InvalidAnswer, TimedOut, Unreachable
from integrations.scope import CallScope, RunningCall
from integrations.targets import rules

PORTS: Final = (443, 465, 636, 853, 990, 993, 995, 5061, *range(8000, 10_000))
"""Where TLS begins with the first byte; another port must be named in OUTBOUND_ALLOW."""
SECONDS: Final = 15.0


@dataclass(frozen=True)
class Certificate:
    """When it ends, and the SHA-256 of all of it in hex, by which it is told from the next."""

    expires_at: datetime
    fingerprint: str


def read_certificate(scope: CallScope, host: str, port: int) -> Certificate:
    """Raises `OutboundError`. The name is resolved and checked once, and the line goes to the checked address."""
    try:
        address = rules().addresses(host, port, ports=PORTS)[0]
    except (OSError, IndexError):
        raise Unreachable(host=host) from None
    with RunningCall(scope, SECONDS) as call:
        try:
            with socket.create_connection((address, port), CONNECT_SECONDS) as line:
                line.settimeout(call.remaining())
                call.hold(line)
                with _any().wrap_socket(line, server_hostname=host) as dressed:
                    shown = dressed.getpeercert(binary_form=True)
        except TimeoutError:
            raise TimedOut(host=host) from None
        except OSError:  # of which `SSLError` is one
            call.check()
            raise Unreachable(host=host) from None
    return _read(shown or b"", host)


def _any() -> ssl.SSLContext:
    """Nothing is believed and nothing is sent: the certificate is only looked at."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _read(shown: bytes, host: str) -> Certificate:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    try:
        certificate = x509.load_der_x509_certificate(shown)
        return Certificate(certificate.not_valid_after_utc, certificate.fingerprint(hashes.SHA256()).hex())
    except ValueError:
        raise InvalidAnswer(host=host) from None
