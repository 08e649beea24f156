"""What programs have left for later runs: shown to those who see the workflow, and taken away by those who edit it."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from accounts import services as accounts_services
from accounts.rows_by_role import RowsByRole
from workflows.models import KeptData


@admin.register(KeptData)
class KeptDataAdmin(RowsByRole, ModelAdmin):
    """Programs write it; a person may only delete it, so that the next run begins anew."""

    viewed_by = "workflow.view"
    removed_by = "workflow.edit"
    list_display = ("workflow", "node_id", "updated_at")
    search_fields = ("workflow__code", "workflow__name", "node_id")
    readonly_fields = ("workflow", "node_id", "content", "updated_at")

    def project_of(self, row: KeptData) -> int:
        return row.workflow.project_id

    def get_queryset(self, request: HttpRequest) -> QuerySet[KeptData]:
        projects = accounts_services.project_ids(request.user, action="workflow.view")
        return KeptData.objects.filter(workflow__project_id__in=projects).select_related("workflow")
