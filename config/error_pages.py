"""What Django itself answers when no view does: JSON under `/api/`, its own pages elsewhere."""

from __future__ import annotations

from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views import defaults

from config.api_errors import Internal
from config.api_json import BodyTooLarge
from integrations import safe_json


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_api(request) and isinstance(exception, RequestDataTooBig):
        return _answer(413, BodyTooLarge.code, str(BodyTooLarge.message), limit=settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    if isinstance(exception, TooManyFilesSent):
        limit = settings.DATA_UPLOAD_MAX_NUMBER_FILES - 1
        told = _("За один раз принимается не больше %(limit)s файлов") % {"limit": limit}
        return _answer(400, "too_many_files", told, limit=limit) if _is_api(request) else _plain(400, told)
    if _is_api(request):
        return _answer(400, "bad_request", _("Запрос не разобран"))
    return defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_api(request):
        return _answer(403, "forbidden", _("Недостаточно прав для этого действия"))
    return defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_api(request):
        return _answer(404, "not_found", _("Не найдено"))
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    if _is_api(request):
        request_id = structlog.contextvars.get_contextvars().get("request_id")
        return _answer(500, Internal.code, str(Internal.message), requestId=request_id)
    return defaults.server_error(request)


def _is_api(request: HttpRequest) -> bool:
    return request.path == "/api" or request.path.startswith("/api/")


def _answer(status: int, code: str, message: str, **details: Any) -> HttpResponse:
    body = safe_json.dumps({"code": code, "message": message, "details": details})
    return HttpResponse(body, status=status, content_type="application/json")


def _plain(status: int, message: str) -> HttpResponse:
    return HttpResponse(message, status=status, content_type="text/plain; charset=utf-8")
