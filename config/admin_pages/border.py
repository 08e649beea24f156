"""`/admin/border`: which servers of others are left alone, which limits rest; a breaker may be closed here."""

from __future__ import annotations

from typing import Final

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from config.rights import may_view_installation
from integrations import standing
from integrations.errors import BreakerNotFound, ValkeyAway

SHOWN: Final = 200
"""Rows of each table; the API shows them all."""


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    _refuse_others(request)
    circuits, buckets = [], []
    try:
        circuits, buckets = standing.circuits()[:SHOWN], standing.buckets()[:SHOWN]
    except ValkeyAway as error:
        messages.error(request, str(error.message))
    context = {
        **admin.site.each_context(request),
        "title": _("Предохранители и лимиты"),
        "circuits": circuits,
        "buckets": buckets,
    }
    return TemplateResponse(request, "admin/naryad/border.html", context)


@require_POST
def close(request: HttpRequest) -> HttpResponse:
    """Close the breaker that `key` names: its server is called again at once."""
    _refuse_others(request)
    try:
        standing.close(request.POST.get("key", ""))
    except (BreakerNotFound, ValkeyAway) as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("Предохранитель закрыт"))
    return HttpResponseRedirect(reverse("admin:border"))


def _refuse_others(request: HttpRequest) -> None:
    if not may_view_installation(request.user):
        raise PermissionDenied
