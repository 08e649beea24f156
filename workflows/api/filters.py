"""How the list of workflows is narrowed down and ordered."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import F, Q, QuerySet

from accounts import services as accounts_services
from workflows.models import Workflow


class WorkflowFilter(django_filters.FilterSet):
    """`label` is that of the newest version; `createdBefore` is exclusive."""

    status = django_filters.ChoiceFilter(choices=[("draft", "draft"), ("published", "published")], method="by_status")
    label = django_filters.CharFilter(field_name="newest_version__label", lookup_expr="exact")
    code = django_filters.CharFilter(lookup_expr="iexact")
    name = django_filters.CharFilter(lookup_expr="icontains")
    kind = django_filters.ChoiceFilter(choices=Workflow.Kind.choices)
    callable = django_filters.BooleanFilter(
        method="by_callable", help_text="Workflows that are published and that the caller may start"
    )
    nodeType = django_filters.CharFilter(method="by_node_type", help_text="Workflows that use this type of node")
    createdAfter = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    createdBefore = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")
    ordering = django_filters.OrderingFilter(
        fields=[
            ("created_at", "createdAt"),
            ("updated_at", "updatedAt"),
            ("name", "name"),
            ("code", "code"),
            ("priority", "priority"),
        ]
    )

    class Meta:
        model = Workflow
        fields: list[str] = []

    def by_status(self, queryset: QuerySet[Workflow], name: str, value: str) -> QuerySet[Workflow]:
        published = Q(active_version__isnull=False, active_version=F("newest_version"))
        return queryset.filter(published if value == "published" else ~published)

    def by_callable(self, queryset: QuerySet[Workflow], name: str, value: bool) -> QuerySet[Workflow]:
        projects = accounts_services.project_ids(self.request.user, action="execution.start")
        may = Q(active_version__isnull=False, project_id__in=projects)
        return queryset.filter(may if value else ~may)

    def by_node_type(self, queryset: QuerySet[Workflow], name: str, value: str) -> QuerySet[Workflow]:
        return queryset.filter(newest_version__nodes__type=value).distinct()

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Equal values are told apart by id, so that pages neither repeat nor lose a workflow."""
        filtered = super().filter_queryset(queryset)
        return filtered.order_by(*(filtered.query.order_by or ["-created_at"]), "-id")
