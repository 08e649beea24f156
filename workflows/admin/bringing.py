"""Bringing workflows in and looking at their links, in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext

from workflows import services
from workflows.models import Workflow
from workflows.services.report_text import as_markup
from workflows.services.uploads import COMMAND, MAX_FILES, MAX_TOTAL, too_many


class ImportPages(admin.ModelAdmin):
    """Adds the import of files and the link report to the admin of workflows."""

    def get_urls(self) -> list[URLPattern]:
        """Before Django's own, whose ids take any path."""
        guarded = self.admin_site.admin_view
        mine = [
            path("import/", guarded(self.import_view), name="workflow_import"),
            path("links/", guarded(self.links_view), name="workflow_links"),
        ]
        return [*mine, *super().get_urls()]

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Files in, and below them what became of each. Of too many none is taken, which is said."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        files = request.FILES.getlist("file")
        refusal = too_many() if len(files) > MAX_FILES else None
        brought = [] if refusal else [(file.name or "", file.read()) for file in files]
        outcomes = services.import_files(user=request.user, files=brought) if brought else []
        limits = {"files": MAX_FILES, "megabytes": MAX_TOTAL // 1_000_000, "command": COMMAND}
        title = gettext("Импорт рабочих процессов")
        return self._page(request, "import", title, outcomes=outcomes, refusal=refusal, limits=limits)

    def links_view(self, request: HttpRequest) -> HttpResponse:
        """The report on everything that the person may see."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        entries = list(services.report_on_workflows(Workflow.objects.visible_to(request.user).order_by("code")))
        report = as_markup(entries, now=timezone.now())
        return self._page(request, "links", gettext("Отчёт о связях рабочих процессов"), report=report)

    def _page(self, request: HttpRequest, name: str, title: str, **more: Any) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "title": title, "opts": self.opts, **more}
        return TemplateResponse(request, f"admin/workflows/{name}.html", context)
