"""Paging by the journal's own numbers: what was read stays read, whatever is written meanwhile."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from rest_framework import serializers
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

PAGE = 200
MAX_SEQ = 2**63 - 1


class CursorQuery(serializers.Serializer[None]):
    since = serializers.IntegerField(required=False, default=0, min_value=0, help_text="Only lines after this `seq`.")
    limit = serializers.IntegerField(
        required=False, default=PAGE, min_value=1, help_text=f"Lines in one answer, at most {PAGE}."
    )


class SinceCursor(BasePagination):
    """`{count, next, previous, results}` by `since` and `limit`; `previous` is always null, `count` is of all lines."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        query = CursorQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        since = min(query.validated_data["since"], MAX_SEQ)
        limit = min(query.validated_data["limit"], PAGE)
        self._count = queryset.count()
        lines = list(queryset.filter(seq__gt=since).order_by("seq")[: limit + 1])
        self._next = self._link(request, lines[limit - 1].seq) if len(lines) > limit else None
        return lines[:limit]

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"count": self._count, "next": self._next, "previous": None, "results": data})

    def get_paginated_response_schema(self, schema: Any) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["count", "results"],
            "properties": {
                "count": {"type": "integer"},
                "next": {"type": "string", "nullable": True, "format": "uri"},
                "previous": {"type": "string", "nullable": True, "format": "uri"},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            {
                "name": name,
                "in": "query",
                "required": False,
                "description": field.help_text,
                "schema": {"type": "integer"},
            }
            for name, field in CursorQuery().get_fields().items()
        ]

    def _link(self, request: Request, seq: int) -> str:
        query = {**request.query_params.dict(), "since": seq}
        return f"{request.build_absolute_uri(request.path)}?{urlencode(query)}"
