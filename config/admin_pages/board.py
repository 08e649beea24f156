"""`/admin/board`: tickets by status, and how much every executor has in hand."""

from __future__ import annotations

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts import clock
from accounts import services as accounts
from accounts.models import User
from tickets.pages.places import page_of_ticket, page_of_tickets
from tickets.services import overview


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    projects = overview.projects_of(request.user) if isinstance(request.user, User) else ()
    if not projects:
        raise PermissionDenied
    context = {
        **admin.site.each_context(request),
        "title": _("Доска заявок"),
        "columns": overview.board(projects),
        "loads": overview.loads(projects),
        "now": clock.read(),
        "manages_desk": bool(accounts.project_ids(request.user, action="desk.manage")),
        "ticket_page": page_of_ticket(request.user),
        "list_page": page_of_tickets(request.user),
    }
    return TemplateResponse(request, "admin/naryad/board.html", context)
