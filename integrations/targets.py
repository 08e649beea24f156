"""Which addresses may be called from here: the answer to server-side request forgery.

Denied by default: everything that is not a public address, by our own list, because `ipaddress.is_global` lets NAT64,
6to4, site-local and multicast through. What the operator named himself (`OUTBOUND_ALLOW`, the host and port of his
base URLs) beats the rules on addresses and ports; nothing else does.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from integrations.errors import ForbiddenTarget

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], list[str]]
"""Name and port to the addresses that a connection may use, as text; raises `OSError`."""

DEFAULT_PORTS: Final = {"http": 80, "https": 443}
PORTS: Final = frozenset({80, 443, *range(8000, 10000)})
METADATA_NAMES: Final = frozenset(
    {
        "metadata",
        "metadata.google.internal",
        "metadata.goog",
        "metadata.azure.internal",
        "instance-data",
        "instance-data.ec2.internal",
    }
)
PRIVATE_V4: Final = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this host
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local, cloud metadata
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",  # multicast, reserved, broadcast
    )
)
PUBLIC_V6: Final = ipaddress.IPv6Network("2000::/3")
PRIVATE_V6: Final = tuple(
    ipaddress.IPv6Network(network)
    for network in (
        "2001::/23",  # Teredo, ORCHID and other special uses
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
    )
)
ISATAP: Final = (0x00005EFE, 0x02005EFE)

_TEXTS: Final[dict[str, Any]] = {
    "scheme": _("Разрешены только адреса http:// и https://"),
    "malformed": _("Адрес записан неверно: ожидается вид https://example.org/path"),
    "userinfo": _("Логин и пароль в адресе запрещены: передайте их в заголовке"),
    "port": _("Порт запрещён: разрешены 80, 443 и 8000–9999; другие перечисляются в OUTBOUND_ALLOW"),
    "name": _("Это имя служебное, вызывать его запрещено"),
    "address": _("Адрес ведёт во внутреннюю сеть; если он нужен, внесите host:port в OUTBOUND_ALLOW"),
    "host": _("Эти учётные данные нельзя отправлять на этот адрес"),
    "redirect": _("Сервер перенаправляет запрос с телом на другой адрес: вызовите его напрямую"),
}


def forbidden(reason: str, *, host: str = "", port: int | None = None) -> ForbiddenTarget:
    """The error for one of the reasons above; it names the host and never the path or the query."""
    text: str | Promise = _TEXTS[reason]
    return ForbiddenTarget(text, reason=reason, host=host, port=port)


def path_segment(value: object) -> str:
    """The value as one segment of a path; raises `ForbiddenTarget` for a step to another path, which stays one."""
    text = str(value)
    if text in (".", ".."):
        raise forbidden("malformed")
    return quote(text, safe="")


def refused_address(text: str) -> bool:
    """Whether the numeric address (an IPv6 scope is allowed in it) must not be called."""
    address: Address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return _private_v4(address.ipv4_mapped)
        return _private_v6(address)
    return _private_v4(address)


def _private_v4(address: ipaddress.IPv4Address) -> bool:
    return any(address in network for network in PRIVATE_V4)


def _private_v6(address: ipaddress.IPv6Address) -> bool:
    """NAT64, IPv4-compatible, unique-local, link- and site-local and multicast forms all lie outside `PUBLIC_V6`."""
    number = int(address)
    tunnel = (number >> 32) & 0xFFFFFFFF in ISATAP and _private_v4(ipaddress.IPv4Address(number & 0xFFFFFFFF))
    return tunnel or address not in PUBLIC_V6 or any(address in network for network in PRIVATE_V6)


def resolve(host: str, port: int) -> list[str]:
    """All addresses of the name, as the operating system orders them; raises `OSError`."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


@dataclass(frozen=True)
class TargetRules:
    """The rules of one installation: the ports, names and addresses above, and the operator's exceptions."""

    exceptions: frozenset[tuple[str, int]] = frozenset()
    resolver: Resolver = resolve

    def check_url(self, url: str) -> tuple[str, int]:
        """Host (lower case) and port of a URL whose form, name and port are allowed; raises `ForbiddenTarget`."""
        if not url.isprintable() or "\\" in url:
            raise forbidden("malformed")
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            raise forbidden("malformed") from None
        if parts.scheme not in DEFAULT_PORTS:
            raise forbidden("scheme")
        if not host or " " in parts.netloc:
            raise forbidden("malformed")
        if "@" in parts.netloc:
            raise forbidden("userinfo", host=host)
        port = DEFAULT_PORTS[parts.scheme] if port is None else port
        self.check_endpoint(host, port)
        return host, port

    def check_endpoint(self, host: str, port: int, *, ports: Collection[int] = PORTS) -> None:
        """Raises `ForbiddenTarget` for names and ports that are closed whatever address is behind them."""
        if _plain(host) in METADATA_NAMES:
            raise forbidden("name", host=host, port=port)
        if port not in ports and not self.excepts(host, port):
            raise forbidden("port", host=host, port=port)

    def excepts(self, host: str, port: int) -> bool:
        """Whether the operator named this endpoint, so that the rules on addresses and ports do not hold for it."""
        return (_plain(host), port) in self.exceptions

    def addresses(self, host: str, port: int, *, ports: Collection[int] = PORTS) -> list[str]:
        """The checked addresses of a name, to connect to and nothing else; raises `ForbiddenTarget`, `OSError`.

        One forbidden answer forbids the name: a connection must not depend on which answer came first. `ports` are
        the usual ones of a protocol other than HTTP.
        """
        self.check_endpoint(host, port, ports=ports)
        found = self.resolver(host, port)
        if not self.excepts(host, port) and any(refused_address(address) for address in found):
            raise forbidden("address", host=host, port=port)
        return found


def _plain(host: str) -> str:
    """A host as it is compared: lower case, no brackets, no final dot, one spelling per numeric address."""
    name = host.strip("[]").rstrip(".").lower()
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        return name


def rules() -> TargetRules:
    """The rules of this installation, from its settings."""
    return _rules(tuple(settings.OUTBOUND_ALLOW), (settings.WB_API_BASE_URL, settings.WB_ANALYTICS_BASE_URL))


@lru_cache(maxsize=8)
def _rules(allow: tuple[str, ...], base_urls: tuple[str, ...]) -> TargetRules:
    return TargetRules(exceptions=frozenset([*map(_entry, allow), *_endpoints(base_urls)]))


def _entry(text: str) -> tuple[str, int]:
    """`host:port` or `[v6]:port`; raises `ValueError`."""
    host, separator, port = text.strip().rpartition(":")
    if not (separator and host and port.isdigit()):
        raise ValueError(f"OUTBOUND_ALLOW wants host:port, not {text!r}")
    return _plain(host), int(port)


def _endpoints(urls: Iterable[str]) -> Iterable[tuple[str, int]]:
    for url in urls:
        parts = urlsplit(url)
        if parts.hostname and parts.scheme in DEFAULT_PORTS:
            yield _plain(parts.hostname), parts.port or DEFAULT_PORTS[parts.scheme]
