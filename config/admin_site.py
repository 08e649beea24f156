"""The site of the admin: its frame, its first page and the pages that belong to no table."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.template.response import SimpleTemplateResponse, TemplateResponse
from django.urls import URLPattern, path, reverse_lazy
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from accounts import services as accounts
from accounts.models import User
from config.admin_pages import board, border, dashboard, gallery, happenings, queues


class Site(UnfoldAdminSite):
    """What people do stands at the side, grouped (`config.navigation`)."""

    site_header = site_title = _("Наряд")
    index_title = _("Обзор")
    index_template = "admin/naryad/dashboard.html"
    site_url = reverse_lazy("desk-tickets")

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        user = request.user
        shown = dashboard.contents(user) if isinstance(user, User) else {}
        return super().index(request, {**(extra_context or {}), **shown})

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        """Django's. Who only looks is asked for their roles once: a page of a table asks about twenty times."""
        guarded = super().admin_view(view, cacheable)

        @wraps(guarded)
        def asked_once(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if request.method not in ("GET", "HEAD"):
                return guarded(request, *args, **kwargs)
            with accounts.asking_once():
                answer = guarded(request, *args, **kwargs)
                if not isinstance(answer, SimpleTemplateResponse):
                    return answer
                _name_list(answer.context_data or {})
                return answer.render()

        return asked_once

    def get_app_list(self, request: Any, app_label: str | None = None) -> list[Any]:
        """Django's, asked once for a page, and roles once for all tables: each table asks for them several times."""
        if app_label is not None:
            return super().get_app_list(request, app_label)
        if not hasattr(request, "known_apps"):
            with accounts.asking_once():
                request.known_apps = super().get_app_list(request)
        return list(request.known_apps)

    def extra_urls(self) -> list[URLPattern]:
        """Asked by the frame for addresses before those of the tables."""
        return [
            path("queues/", self.admin_view(queues.show), name="queues"),
            path("queues/letters/", self.admin_view(queues.deal_with), name="queues_letters"),
            path("events/", self.admin_view(happenings.show), name="events"),
            path("events/test/", self.admin_view(happenings.send_test), name="events_test"),
            path("templates/", self.admin_view(gallery.show), name="templates"),
            path("board/", self.admin_view(board.show), name="board"),
            path("border/", self.admin_view(border.show), name="border"),
            path("border/close/", self.admin_view(border.close), name="border_close"),
        ]


def _name_list(context: dict[str, Any]) -> None:
    """A list is called what it holds: Django's "Select %s to change" needs another case of the word in Russian."""
    if "cl" in context:
        context["title"] = capfirst(context["cl"].opts.verbose_name_plural)
