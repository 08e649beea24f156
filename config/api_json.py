"""JSON at the door of the API: read strictly, before anything else sees it, and written with all digits."""

from __future__ import annotations

from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

from accounts.errors import DomainError
from integrations import safe_json


class BadJSON(DomainError):
    """The body is not JSON, or JSON that must not be let in; `details.reason` is machine-readable."""

    code = "bad_json"
    message = _("Тело запроса не читается как JSON")


class BodyTooLarge(DomainError):
    """The body is longer than this address takes; `details.limit` is in bytes."""

    code = "too_large"
    message = _("Тело запроса слишком большое")


class StrictJSONParser(BaseParser):
    """Reads a body by `integrations.safe_json`; raises `BadJSON`, `BodyTooLarge`.

    A view may lower the limit of `API_MAX_BODY` bytes by an attribute `max_body`. An empty body is an empty object.
    """

    media_type = "application/json"

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None) -> Any:
        context = parser_context or {}
        limit = getattr(context.get("view"), "max_body", settings.API_MAX_BODY)
        request = context.get("request")
        self._check_charset(media_type or "")
        if request is not None and self._announced_length(request.META) > limit:
            raise BodyTooLarge(limit=limit)
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise BodyTooLarge(limit=limit)
        if not body.strip():
            return {}
        try:
            return safe_json.loads(body)
        except safe_json.UnsafeJSON as error:
            raise BadJSON(reason=error.reason, detail=error.detail) from error

    def _check_charset(self, media_type: str) -> None:
        for parameter in media_type.lower().split(";")[1:]:
            name, _equals, value = parameter.strip().partition("=")
            if name == "charset" and value.strip('"') not in ("utf-8", "utf8"):
                raise BadJSON(reason="charset", detail=value[:40])

    def _announced_length(self, meta: dict[str, Any]) -> int:
        try:
            return int(meta.get("CONTENT_LENGTH") or 0)
        except ValueError:
            return 0


class JSONRenderer(BaseRenderer):
    """Writes an answer by `integrations.safe_json`: `Decimal` stays a number, lazy texts are translated here."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        if data is None:
            return b""
        # A lone surrogate cannot come in through our own doors; if one is here all the same, it must not be a 500.
        return safe_json.dumps(data).encode("utf-8", "replace")
