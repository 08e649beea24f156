"""What happens to every request before a view sees it."""

from __future__ import annotations

import re
import time
import zoneinfo
from collections.abc import Callable

import structlog
import uuid_utils.compat
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from accounts.models import User

Next = Callable[[HttpRequest], HttpResponse]

log = structlog.get_logger(__name__)


class RequestLog:
    """Binds a request id to every log line of the request, gives it back in `X-Request-Id`, and writes one line.

    An id that the client or a proxy sends in that header is kept if it looks like one.
    """

    ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
    PROBES = frozenset({"/healthz", "/readyz", "/metrics"})

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        sent = request.headers.get("X-Request-Id", "")
        request_id = sent if self.ID.fullmatch(sent) else str(uuid_utils.compat.uuid7())
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        method, path = request.method, request.path
        started = time.monotonic()
        try:
            response = self.get_response(request)
            write = log.debug if path in self.PROBES else log.info
            write(
                "request",
                method=method,
                path=path,
                status=response.status_code,
                ms=round((time.monotonic() - started) * 1000, 1),
                **self._person(request),
            )
        finally:
            structlog.contextvars.clear_contextvars()
        response["X-Request-Id"] = request_id
        return response

    def _person(self, request: HttpRequest) -> dict[str, int]:
        # The API binds the person when it believes a token; on the admin's pages Django leaves them here once asked.
        # Asking ourselves would cost every anonymous request a query.
        person = getattr(request, "_cached_user", None)
        return {"user_id": person.pk} if person is not None and person.pk else {}


class PersonLanguage:
    """Pages in the language and at the time that a person has chosen; the API does so when it believes a token."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Somebody without a session costs no query, and the API knows no sessions.
        if not request.path_info.startswith("/api/"):
            person = request.user
            if isinstance(person, User) and person.language:
                translation.activate(person.language)
            if isinstance(person, User) and person.time_zone:
                with timezone.override(zoneinfo.ZoneInfo(person.time_zone)):
                    return self.get_response(request)
        return self.get_response(request)


class StripApiSlash:
    """`/api/v1/workflows/` and `/api/v1/workflows` are one address; a redirect would lose the body of a POST."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith("/api/"):
            request.path_info = request.path_info.removesuffix("/")
            request.path = request.path.removesuffix("/")
        return self.get_response(request)


class ChunkedBody:
    """Gives a chunked request to the API its length: DRF takes a request without one for an empty request."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if (
            "chunked" in request.headers.get("Transfer-Encoding", "").lower()
            and not request.META.get("CONTENT_LENGTH")
            and request.path_info.startswith("/api/")
        ):
            request.META["CONTENT_LENGTH"] = str(len(request.body))
        return self.get_response(request)
