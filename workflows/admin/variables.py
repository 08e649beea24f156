"""Variables in the admin: shown to all who may look at the project, changed by its editors."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from accounts import services as accounts_services
from accounts.rows_by_role import RowsByRole
from workflows.models import Variable


@admin.register(Variable)
class VariableAdmin(RowsByRole, ModelAdmin):
    viewed_by = "variable.view"
    changed_by = "variable.edit"
    removed_by = "variable.edit"
    list_display = ("key", "project", "value", "updated_at")
    list_filter = ("project",)
    search_fields = ("key",)
    fields = ("project", "key", "value")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Variable]:
        return Variable.objects.visible_to(request.user).select_related("project")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        """Only projects whose variables the person may change are offered."""
        projects = accounts_services.project_ids(request.user, action="variable.edit")
        options["queryset"] = db_field.remote_field.model.objects.filter(id__in=projects)
        return super().formfield_for_foreignkey(db_field, request, **options)
