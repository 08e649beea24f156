"""A TLS server on loopback whose certificate can be changed while it runs: it ends when the test says."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NAME = "localhost"


class TlsServer:
    """Shakes hands with whoever comes, and hangs up."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "server.pem"
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def renew(self, expires_at: datetime) -> None:
        """From now on another certificate is shown, which ends at this moment."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(expires_at - timedelta(days=90))
            .not_valid_after(expires_at)
            .sign(key, hashes.SHA256())
        )
        secret = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        self._file.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                line, _address = self._listener.accept()
                with suppress(OSError):
                    self._greet(line)

    def _greet(self, line: socket.socket) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._file)
        with line, context.wrap_socket(line, server_side=True) as dressed:
            dressed.settimeout(5)
            dressed.recv(1)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Done again, it does nothing."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)


@contextmanager
def running(folder: Path, expires_at: datetime) -> Iterator[TlsServer]:
    """The server with a certificate of its own making, which nobody vouches for."""
    server = TlsServer(folder)
    server.renew(expires_at)
    server.start()
    try:
        yield server
    finally:
        server.stop()
