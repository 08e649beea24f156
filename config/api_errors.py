"""One table: which typed error is which HTTP status. Everything else about an error stands on its class."""

from __future__ import annotations

from typing import Any

from rest_framework.response import Response
from rest_framework.views import exception_handler

from accounts.errors import DomainError, Forbidden

STATUS: dict[type[Exception], int] = {
    Forbidden: 403,
}


def handle(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: every answer that is no success is `{code, message, details}`."""
    if isinstance(exc, DomainError):
        status = next((STATUS[kind] for kind in type(exc).__mro__ if kind in STATUS), 400)
        return Response({"code": exc.code, "message": str(exc.message), "details": exc.details}, status=status)
    return exception_handler(exc, context)
