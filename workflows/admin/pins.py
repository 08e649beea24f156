"""Pinned data in the admin: to be seen, and taken away where nobody works with them any more."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts import services as accounts_services
from accounts.rows_by_role import RowsByRole
from workflows.admin.findings import pretty
from workflows.models import Pin


@admin.register(Pin)
class PinAdmin(RowsByRole, ModelAdmin):
    viewed_by = "workflow.view"
    removed_by = "workflow.edit"
    list_display = ("node_id", "workflow", "set_by", "set_at")
    list_filter = ("workflow__project",)
    search_fields = ("node_id", "workflow__code", "workflow__name")
    fields = ("workflow", "node_id", "set_by", "set_at", "items")
    readonly_fields = fields

    def project_of(self, row: Pin) -> int:
        return row.workflow.project_id

    def get_queryset(self, request: HttpRequest) -> QuerySet[Pin]:
        projects = accounts_services.project_ids(request.user, action="workflow.view")
        return Pin.objects.filter(workflow__project_id__in=projects).select_related("workflow", "set_by")

    @admin.display(description=_("данные по выходам"))
    def items(self, pin: Pin) -> SafeString:
        return format_html("<pre>{}</pre>", pretty(pin.ports))

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """Nothing hangs on it."""
        return [str(pin) for pin in objs], {}, set(), []
