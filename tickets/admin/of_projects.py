"""Pages of the admin that show a person the rows of their own projects alone."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts import services as accounts


class OfProjects(admin.ModelAdmin):
    """What may be done is a matter of Django's permissions; to which rows, of the person's roles.

    `seen_by` is the action that shows a row of a project, `of_project` the way from a row to its project. `choices`
    says the same of the rows that a field offers.
    """

    seen_by: ClassVar[str] = "ticket.manage"
    of_project: ClassVar[str] = "project"
    choices: ClassVar[dict[str, str]] = {}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(**{f"{self.of_project}__in": self._projects(request)})

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        way = self.choices.get(db_field.name)
        if way is not None:
            rows = db_field.remote_field.model.objects.all()
            options["queryset"] = rows.filter(**{f"{way}__in": self._projects(request)})
        return super().formfield_for_foreignkey(db_field, request, **options)

    def _projects(self, request: HttpRequest) -> list[int]:
        return accounts.project_ids(request.user, action=self.seen_by)
