"""Connections that go to the address that was checked, and to no other.

A name is resolved once per connection; the checked answers are what the socket connects to, so a second answer of a
hostile name server (DNS rebinding) is never asked for. Host header, TLS server name and certificate check still use
the name, because urllib3 goes on knowing only that.
"""

from __future__ import annotations

import functools
import os
import socket
from contextvars import ContextVar
from typing import Any, Final

from requests.adapters import HTTPAdapter
from requests_hardened.ip_filter import InvalidIPAddress, filter_host
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError
from urllib3.poolmanager import PoolManager

from integrations.held_lines import CONNECT_SECONDS, reach, take_over
from integrations.name_lookup import in_time
from integrations.scope import RunningCall
from integrations.targets import TargetRules, forbidden

HOSTS_KEPT: Final = 50
CONNECTIONS_PER_HOST: Final = 100

current_call: ContextVar[tuple[RunningCall, TargetRules]] = ContextVar("current_call")
"""What the request that this thread is making belongs to; the door sets it around every request."""


class _Pinned(HTTPConnection):
    """Resolves, checks and connects in one place, and lets the running call cut the connection."""

    def _new_conn(self) -> socket.socket:
        call, rules = current_call.get()
        try:
            return reach(_lookup(call, rules, self._dns_host, self.port), self.port, call)
        except OSError as error:
            raise NewConnectionError(self, type(error).__name__) from error

    def request(self, *args: Any, **options: Any) -> None:
        call, _rules = current_call.get()
        take_over(self.sock, call)
        super().request(*args, **options)


class _PinnedTLS(_Pinned, HTTPSConnection):
    """The same under TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Pinned


class _PoolTLS(HTTPSConnectionPool):
    ConnectionCls = _PinnedTLS


def _lookup(call: RunningCall, rules: TargetRules, host: str, port: int) -> list[str]:
    """The checked addresses of `host`. Raises `ForbiddenTarget`, `TimedOut`, `Cancelled` and `OSError`."""
    seconds = min(CONNECT_SECONDS, call.remaining())
    found = in_time(lambda: rules.addresses(host, port), seconds=seconds, on_cut=call.on_cut)
    call.check()
    return _second_opinion(rules, host, port, found)


def _second_opinion(rules: TargetRules, host: str, port: int, addresses: list[str]) -> list[str]:
    """What requests-hardened refuses is refused too, except where the operator has decided."""
    if not rules.excepts(host, port):
        for address in addresses:
            try:
                filter_host(address, port, allow_loopback=False)
            except InvalidIPAddress:
                raise forbidden("address", host=host, port=port) from None
    return addresses


class _Manager(PoolManager):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.pool_classes_by_scheme = {"http": _Pool, "https": _PoolTLS}


class PinnedAdapter(HTTPAdapter):
    """The transport of all requests of a process: its pools are thread-safe and keep connections open."""

    def __init__(self) -> None:
        super().__init__(pool_connections=HOSTS_KEPT, pool_maxsize=CONNECTIONS_PER_HOST)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **options: Any) -> None:
        self.poolmanager = _Manager(num_pools=connections, maxsize=maxsize, block=block, **options)


def adapter() -> PinnedAdapter:
    """The one of this process."""
    return _adapter(os.getpid())


@functools.cache
def _adapter(pid: int) -> PinnedAdapter:
    """Two processes must not talk over one connection, so a child of a fork starts with empty pools."""
    return PinnedAdapter()
