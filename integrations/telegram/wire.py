"""Kept connections to a Bot API server, each request made by the thread that asks.

The server is the one that the installation names, so no rules for targets are asked, and the proxies and certificates
of the environment count.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any, Final
from urllib.parse import urlencode, urlsplit
from urllib.request import getproxies, proxy_bypass

import certifi
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

from integrations.errors import TimedOut, Unreachable
from integrations.held_lines import CONNECT_SECONDS, reach, take_over
from integrations.name_lookup import in_time
from integrations.scope import RunningCall
from integrations.telegram.errors import NotConnected

CONNECTIONS: Final = 32
"""That are kept; more threads than these open one for their call."""
FORM: Final = "application/x-www-form-urlencoded"

current_call: ContextVar[RunningCall] = ContextVar("current_call_of_telegram")
"""What the request that this thread makes belongs to: it sets the time, and cuts the connection."""


class Wire:
    """The connections of one process to the server at `base_url`. Thread-safe."""

    def __init__(self, base_url: str) -> None:
        options: dict[str, Any] = {"maxsize": CONNECTIONS, "ssl_context": _trust()}
        proxy = _proxy_to(base_url)
        manager = urllib3.ProxyManager(proxy, **options) if proxy else urllib3.PoolManager(**options)
        manager.pool_classes_by_scheme = {"http": _Pool, "https": _PoolTLS}
        self._manager = manager

    def ask(
        self, method: str, url: str, *, values: Mapping[str, str], files: Mapping[str, Any] | None
    ) -> tuple[int, bytes]:
        """Status and body of the answer. `files` are `(name, content, type)` by their field.

        Needs `current_call`. Raises `NotConnected` when nothing was sent, `Unreachable`, `TimedOut` and `Cancelled`.
        """
        call = current_call.get()
        if files:
            body, kind = urllib3.encode_multipart_formdata({**values, **files})
        else:
            body, kind = urlencode(values).encode(), FORM
        patience = urllib3.Timeout(connect=CONNECT_SECONDS, read=call.remaining())
        try:
            answer = self._manager.request(
                method, url, body=body, headers={"Content-Type": kind}, timeout=patience, retries=False, redirect=False
            )
        except (urllib3.exceptions.HTTPError, OSError) as error:
            call.check()
            raise _kind_of(error) from None  # its words may hold the URL, and with it the token
        call.check()  # a connection that was cut looks like the end of a body without length
        return answer.status, answer.data


def _kind_of(error: Exception) -> Unreachable | TimedOut:
    """How far the request came."""
    if isinstance(error, NewConnectionError | urllib3.exceptions.ProxyError):
        return NotConnected()
    return TimedOut() if isinstance(error, urllib3.exceptions.TimeoutError | TimeoutError) else Unreachable()


class _Held(HTTPConnection):
    """A connection that the running call can cut. Whatever keeps it from coming about is a `NewConnectionError`."""

    def connect(self) -> None:
        try:
            super().connect()
        except (OSError, urllib3.exceptions.HTTPError) as error:
            raise NewConnectionError(self, type(error).__name__) from error
        self.sock.settimeout(current_call.get().remaining())

    def _new_conn(self) -> socket.socket:
        call = current_call.get()
        host, port = self._dns_host, self.port or self.default_port
        seconds = min(CONNECT_SECONDS, call.remaining())
        return reach(in_time(lambda: _addresses(host, port), seconds=seconds, on_cut=call.on_cut), port, call)

    def request(self, *args: Any, **options: Any) -> None:
        take_over(self.sock, current_call.get())
        super().request(*args, **options)


class _HeldTLS(_Held, HTTPSConnection):
    """The same under TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Held


class _PoolTLS(HTTPSConnectionPool):
    ConnectionCls = _HeldTLS


def _addresses(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_kind, address in found))


def _proxy_to(url: str) -> str | None:
    """The proxy that the environment names for this address."""
    place = urlsplit(url)
    if proxy_bypass(place.netloc):
        return None
    named = getproxies()
    found = named.get(place.scheme) or named.get("all")
    return found if found is None or "://" in found else f"http://{found}"


def _trust() -> ssl.SSLContext:
    """The certificates that SSL_CERT_FILE and SSL_CERT_DIR name, or else those that come with the packages."""
    paths = ssl.get_default_verify_paths()
    file = paths.cafile if paths.cafile != paths.openssl_cafile else None
    folder = paths.capath if paths.capath != paths.openssl_capath else None
    return ssl.create_default_context(cafile=file or (None if folder else certifi.where()), capath=folder)
