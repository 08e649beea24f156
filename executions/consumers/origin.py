"""Which web pages may open a socket."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from channels.security.websocket import WebsocketDenier
from django.conf import settings
from django.http.request import validate_host

DEFAULT_PORTS = {"http": 80, "https": 443}


class OriginCheck:
    """Lets in pages of `FRONTEND_URL` and of this server itself, and clients that are no browser (no Origin).

    A browser always says where a page comes from, so a foreign page cannot use the network place of its reader.
    """

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        allowed = is_allowed(headers.get(b"origin"), headers.get(b"host", ""))
        application = self.application if allowed else WebsocketDenier()
        return await application(scope, receive, send)


def is_allowed(origin: str | None, host: str) -> bool:
    """Whether a page of `origin` may talk to the server that was called as `host`."""
    if origin is None:
        return True
    page = _place(origin)
    if page is None:
        return False
    if page in (_place(url) for url in settings.FRONTEND_URL):
        return True
    return page == _place(f"{page[0]}://{host}") and validate_host(page[1], settings.ALLOWED_HOSTS)


def _place(url: str) -> tuple[str, str, int | None] | None:
    """Scheme, host and port, or None for what is no http address (`null`, `file:`)."""
    try:
        parts = urlsplit(url)
        if parts.scheme not in DEFAULT_PORTS or parts.hostname is None:
            return None
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        return parts.scheme, host, parts.port or DEFAULT_PORTS[parts.scheme]
    except ValueError:
        return None
