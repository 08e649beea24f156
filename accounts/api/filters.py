"""The filters of a list, and what is said about one that it does not have."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.request import Request

from accounts.api.pagination import Pages
from accounts.errors import UnknownFilter

PAGING = (Pages.page_query_param, Pages.page_size_query_param)


class KnownFilters(DjangoFilterBackend):
    """Raises `UnknownFilter`: a list that ignores a misspelt filter gives everything, and nobody notices."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        filters = self.get_filterset_class(view, queryset)
        if filters is not None and view.action == "list":
            known = [*filters.base_filters, *PAGING]
            unknown = [name for name in request.query_params if name not in known]
            if unknown:
                raise UnknownFilter(unknown[:20], known)
        filtered: QuerySet[Any] = super().filter_queryset(request, queryset, view)
        return filtered
