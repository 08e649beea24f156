"""The pages that browsers build themselves: the editor here, and the view of a run on the floor above.

What they load is made of `workflows/ui` at set-up. The data that a page starts with stands in it as JSON, which no
browser carries out as a program.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts import services as accounts
from accounts import tokens
from accounts.models import User
from tickets.pages.places import page_of_ticket
from workflows.admin.texts import TEXTS

BUILT = Path(__file__).resolve().parent.parent / "static" / "workflows" / "ui" / "pages.js"
BUILD = "python3 dev.py ui"
"""What to do where the pages are missing."""
ACTIONS = ("workflow.edit", "workflow.publish", "execution.start", "execution.control")


def show(request: HttpRequest, *, about: Model, **particulars: Any) -> HttpResponse:
    """A page in the frame of the admin, under the name of what it is about; `particulars` are `page` and ids."""
    built = BUILT.stat().st_mtime_ns if BUILT.exists() else None
    context = {
        **admin.site.each_context(request),
        "title": str(about),
        "opts": about._meta,
        "original": about,
        "is_fullwidth": "1",
        "is_nav_sidebar_enabled": False,
        "built": built,
        "command": BUILD,
        "boot": _boot(request) | particulars,
    }
    return TemplateResponse(request, "admin/workflows/page.html", context)


@never_cache
@require_POST
def lend_token(request: HttpRequest) -> HttpResponse:
    """`{access, expiresIn}` for whoever is logged in to the admin; asked for again before it ends."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    access, term = tokens.lend_access(user=request.user)
    return JsonResponse({"access": access, "expiresIn": term})


def _boot(request: HttpRequest) -> dict[str, Any]:
    get_token(request)  # for its effect: the answer sets the cookie that the page reads
    home = reverse("admin:index")
    return {
        "api": "/api/v1",
        "token": reverse("admin:workflow_token"),
        "csrfCookie": settings.CSRF_COOKIE_NAME,
        "language": translation.get_language(),
        "timeZone": getattr(request.user, "time_zone", "UTC"),
        "may": {action: bool(accounts.project_ids(request.user, action=action)) for action in ACTIONS},
        "addresses": {
            "workflows": reverse("admin:workflows_workflow_changelist"),
            "workflow": f"{home}workflows/workflow/{{id}}/change/",
            "editor": f"{home}workflows/workflow/{{id}}/editor/",
            "run": f"{home}executions/execution/{{id}}/view/",
            "execution": f"{home}executions/execution/{{id}}/change/",
            "ticket": reverse(page_of_ticket(request.user), args=[0]).replace("/0", "/{id}"),
        },
        "texts": {name: str(text) for name, text in TEXTS.items()},
    }
