"""Versions in the admin: to be read and compared, never to be changed; an earlier one can be saved anew."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts import services as accounts_services
from accounts.errors import DomainError
from accounts.rows_by_role import RowsByRole
from workflows import services
from workflows.admin.changes import change_list
from workflows.admin.checks import packages_are_whole as packages_are_whole
from workflows.admin.findings import pretty, problem_list
from workflows.models import WorkflowVersion


@admin.register(WorkflowVersion)
class WorkflowVersionAdmin(RowsByRole, ModelAdmin):
    viewed_by = "workflow.view"
    list_display = ("label", "workflow", "created_at", "created_by", "published_at")
    list_filter = ("workflow__project", "published_at")
    search_fields = ("workflow__code", "workflow__name", "label")
    fields = ("workflow", "label", "created_at", "created_by", "published_at", "problem_list", "changes", "graph")
    readonly_fields = fields
    actions = ("restore_selected",)

    def project_of(self, row: WorkflowVersion) -> int:
        return row.workflow.project_id

    def get_queryset(self, request: HttpRequest) -> QuerySet[WorkflowVersion]:
        projects = accounts_services.project_ids(request.user, action="workflow.view")
        versions = WorkflowVersion.objects.saved().select_related("workflow", "created_by")
        return versions.filter(workflow__project_id__in=projects)

    @admin.display(description=_("замечания"))
    def problem_list(self, version: WorkflowVersion) -> SafeString:
        return problem_list(version.problems)

    def has_restore_permission(self, request: HttpRequest) -> bool:
        """Asked by Django for actions that need the permission `restore`."""
        return self.may(request, "workflow.edit")

    @admin.action(description=_("Вернуть версию черновиком"), permissions=["restore"])
    def restore_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Each chosen version becomes the newest of its workflow; nothing is lost, and nothing is published."""
        for version in queryset:
            try:
                saved = services.restore_version(
                    workflow_id=version.workflow_id, version=version, user=request.user, draft=True
                )
            except DomainError as error:
                self.message_user(request, f"{version}: {error.message}", messages.ERROR)
            else:
                self.message_user(request, f"{saved}: {saved.newest_version}", messages.SUCCESS)

    @admin.display(description=_("изменения с прошлой версии"))
    def changes(self, version: WorkflowVersion) -> SafeString | str:
        earlier = WorkflowVersion.objects.saved().filter(workflow_id=version.workflow_id, number__lt=version.number)
        before = earlier.order_by("-number").first()
        return "—" if before is None else change_list(services.diff_versions(older=before, newer=version))

    @admin.display(description=_("описание графа"))
    def graph(self, version: WorkflowVersion) -> SafeString:
        return format_html("<pre>{}</pre>", pretty(version.definition))
