"""What a call of a webhook brings, as JSON: its body, its parameters, some of its headers."""

from __future__ import annotations

import base64
from codecs import BOM_UTF8
from io import BytesIO
from typing import Any, Final

from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParser, MultiPartParserError

from executions.errors import HookUnreadable
from integrations import safe_json

SECRET: Final = frozenset(
    {"authorization", "cookie", "proxy-authorization", "webhook-signature", "x-hub-signature", "x-hub-signature-256"}
)
"""Headers that a run has no need to know."""
MAX_HEADERS: Final = 60
MAX_HEADER: Final = 2000


def headers_of(request: HttpRequest) -> dict[str, str]:
    """All headers by their names in small letters."""
    return {name.lower(): value for name, value in request.headers.items()}


def shown_headers(headers: dict[str, str], hidden: str = "") -> dict[str, str]:
    """Those that the run is given; `hidden` is one more that carries a proof."""
    kept = [(name, value) for name, value in headers.items() if name not in SECRET and name != hidden.lower()]
    return {name: value[:MAX_HEADER] for name, value in kept[:MAX_HEADERS]}


def query_of(request: HttpRequest) -> dict[str, Any]:
    """The parameters of the address; one that comes several times is a list."""
    return _flat(request.GET)


def read(request: HttpRequest, body: bytes) -> Any:
    """The body as a JSON value: an object for forms, with files as `{name, mime, data}`; a text where nothing is said.

    Raises `HookUnreadable`.
    """
    kind = (request.content_type or "").lower()
    charset = (request.content_params or {}).get("charset", "utf-8")
    try:
        if not body.strip():
            value: Any = {}
        elif kind == "application/x-www-form-urlencoded":
            value = _flat(QueryDict(body, encoding=charset))
        elif kind == "multipart/form-data":
            value = _multipart(request, body)
        elif kind.startswith("text/"):
            value = body.decode(charset)
        else:
            value = safe_json.loads(body.removeprefix(BOM_UTF8))  # some senders write it, and it says nothing
        safe_json.check(value)
    except safe_json.UnsafeJSON as error:
        raise HookUnreadable(reason=error.reason) from error
    except (MultiPartParserError, SuspiciousOperation, ValueError, LookupError) as error:
        raise HookUnreadable(reason="form") from error
    return value


def check_words(called: dict[str, Any]) -> None:
    """Raise `HookUnreadable` where parameters or headers hold what no column can."""
    try:
        safe_json.check(called)
    except safe_json.UnsafeJSON as error:
        raise HookUnreadable(reason=error.reason) from error


def _flat(values: QueryDict) -> dict[str, Any]:
    return {name: found[0] if len(found) == 1 else list(found) for name, found in values.lists()}


def _multipart(request: HttpRequest, body: bytes) -> dict[str, Any]:
    """Everything stays in memory: the body has been measured already, and nothing of it names a file of ours."""
    meta = {**request.META, "CONTENT_LENGTH": str(len(body))}
    handler = MemoryFileUploadHandler(request)
    posted, files = MultiPartParser(meta, BytesIO(body), [handler], "utf-8").parse()
    value = _flat(posted)
    for name, found in files.lists():
        shown = [
            {"name": one.name, "mime": one.content_type, "data": base64.b64encode(one.read()).decode()} for one in found
        ]
        value[name] = shown[0] if len(shown) == 1 else shown
    return value
