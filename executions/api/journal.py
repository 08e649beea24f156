"""`/executions/{id}/logs` for people, `/executions/{id}/events` for programmes: one journal, told in two ways."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet

from executions.api.cursor import SinceCursor
from executions.api.lookup import find_execution
from executions.api.requests import JournalQuery
from executions.models import ExecutionEvent
from executions.shapes import EventShape, LogLineShape


class JournalViewSet(GenericViewSet[ExecutionEvent]):
    """The lines of a run's journal, in order and without gaps."""

    action_roles = {"logs": "execution.view", "events": "execution.view"}
    queryset = ExecutionEvent.objects.none()
    pagination_class = SinceCursor
    filter_backends: list[Any] = []
    shapes: dict[str, type[BaseSerializer[Any]]] = {"logs": LogLineShape, "events": EventShape}

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        return self.shapes[self.action]

    @extend_schema(
        summary="What has happened, in the reader's language",
        operation_id="executions_logs",
        parameters=[JournalQuery],
        responses=LogLineShape(many=True),
    )
    def logs(self, request: Request, execution_id: str) -> Response:
        execution = find_execution(request.user, execution_id)
        query: Any = JournalQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        lines = ExecutionEvent.objects.filter(execution=execution)
        if "level" in query.validated_data:
            lines = lines.filter(level__in=query.validated_data["level"])
        if "stepId" in query.validated_data:
            lines = lines.filter(step_id=query.validated_data["stepId"])
        page = self.paginate_queryset(lines)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(
        summary="What has happened, for programmes",
        operation_id="executions_events",
        responses=EventShape(many=True),
    )
    def events(self, request: Request, execution_id: str) -> Response:
        execution = find_execution(request.user, execution_id)
        page = self.paginate_queryset(ExecutionEvent.objects.filter(execution=execution))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)
