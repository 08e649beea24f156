"""What lists of runs can be narrowed and ordered by."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django_filters import rest_framework as filters

from executions.engine.states import ExecutionStatus, Origin
from executions.models import Execution
from executions.services import ticket_lines

ORDERS = {
    "created_at": "createdAt",
    "started_at": "startedAt",
    "finished_at": "finishedAt",
    "priority": "priority",
    "status": "status",
}


class ChoiceListFilter(filters.BaseInFilter, filters.ChoiceFilter):
    """A comma list of known values."""


class ExecutionFilter(filters.FilterSet):
    status = ChoiceListFilter(choices=[(status, status) for status in ExecutionStatus], label="Comma list of states.")
    workflowId = filters.UUIDFilter(field_name="workflow_id")
    parentExecutionId = filters.UUIDFilter(
        field_name="parent_step__execution", label="Runs that were started by steps of this run."
    )
    origin = ChoiceListFilter(choices=[(origin, origin) for origin in Origin], label="Comma list of origins.")
    label = filters.CharFilter(field_name="version__label", label="Label of the version, such as v005.")
    ticket = filters.NumberFilter(
        method="by_ticket",
        label="A ticket's number: the run that has opened it, and those which its events have begun.",
    )
    createdAfter = filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    createdBefore = filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")
    ordering = django_filters.OrderingFilter(fields=ORDERS)

    class Meta:
        model = Execution
        fields: list[str] = []

    def by_ticket(self, queryset: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        return ticket_lines.of_ticket(queryset, int(value))

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Equal rows keep one order, so that pages neither repeat nor lose any."""
        found = super().filter_queryset(queryset)
        return found.order_by(*(found.query.order_by or ["-created_at"]), "-id")
