"""The page on which a run is watched: its graph, its time, its data and its journal."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path

from executions.models import Execution
from workflows.admin import pages


class RunPages(admin.ModelAdmin):
    """Adds the view of a run to the admin of runs."""

    def get_urls(self) -> list[URLPattern]:
        """Before Django's own, whose ids take any path."""
        view = self.admin_site.admin_view(self.run_view)
        return [path("<uuid:execution_id>/view/", view, name="execution_view"), *super().get_urls()]

    def run_view(self, request: HttpRequest, execution_id: Any) -> HttpResponse:
        """The run as it goes on; what may be done to it is decided by the API."""
        execution = self.get_object(request, str(execution_id))
        if not isinstance(execution, Execution):
            raise Http404
        if not self.has_view_permission(request, execution):
            raise PermissionDenied
        ids = {"executionId": str(execution.pk), "workflowId": str(execution.workflow_id)}
        return pages.show(request, about=execution, page="run", **ids)
