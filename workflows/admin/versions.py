"""Versions in the admin: to be read, never to be changed."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts import services as accounts_services
from workflows.admin.findings import pretty, problem_list
from workflows.models import WorkflowVersion


@admin.register(WorkflowVersion)
class WorkflowVersionAdmin(admin.ModelAdmin):
    list_display = ("label", "workflow", "created_at", "created_by", "published_at")
    list_filter = ("workflow__project", "published_at")
    search_fields = ("workflow__code", "workflow__name", "label")
    fields = ("workflow", "label", "created_at", "created_by", "published_at", "problem_list", "graph")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[WorkflowVersion]:
        projects = accounts_services.project_ids(request.user, action="workflow.view")
        versions = super().get_queryset(request).select_related("workflow", "created_by")
        return versions.filter(workflow__project_id__in=projects)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: WorkflowVersion | None = None) -> bool:
        return bool(accounts_services.project_ids(request.user, action="workflow.view"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: WorkflowVersion | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: WorkflowVersion | None = None) -> bool:
        return False

    @admin.display(description=_("замечания"))
    def problem_list(self, version: WorkflowVersion) -> SafeString:
        return problem_list(version.problems)

    @admin.display(description=_("описание графа"))
    def graph(self, version: WorkflowVersion) -> SafeString:
        return format_html("<pre>{}</pre>", pretty(version.definition))
