"""`/executions`: runs, and what people do to them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from executions import services
from executions.api.filters import ExecutionFilter
from executions.api.lookup import SHAPE, find_execution, shown
from executions.api.requests import ControlRequest
from executions.models import Execution
from executions.shapes import ExecutionShape, presentable

Control = Callable[..., Execution]


class ExecutionViewSet(GenericViewSet[Execution]):
    """Runs of the projects in which the person may see runs."""

    action_roles = {
        "list": "execution.view",
        "retrieve": "execution.view",
        "pause": "execution.control",
        "resume": "execution.control",
        "stop": "execution.control",
    }
    queryset = Execution.objects.none()
    serializer_class = ExecutionShape
    filterset_class = ExecutionFilter

    def get_queryset(self) -> QuerySet[Execution]:
        return presentable(Execution.objects.visible_to(self.request.user))

    @extend_schema(summary="Runs", operation_id="executions_list")
    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(summary="One run", operation_id="executions_retrieve")
    def retrieve(self, request: Request, execution_id: str) -> Response:
        return Response(SHAPE.to_representation(find_execution(request.user, execution_id)))

    @extend_schema(
        summary="No step starts until resume",
        operation_id="executions_pause",
        request=ControlRequest,
        responses=ExecutionShape,
    )
    def pause(self, request: Request, execution_id: str) -> Response:
        return self._control(services.pause, request, execution_id)

    @extend_schema(
        summary="Go on after a pause",
        operation_id="executions_resume",
        request=ControlRequest,
        responses=ExecutionShape,
    )
    def resume(self, request: Request, execution_id: str) -> Response:
        return self._control(services.resume, request, execution_id)

    @extend_schema(
        summary="Cancel everything that is open",
        operation_id="executions_stop",
        request=ControlRequest,
        responses=ExecutionShape,
    )
    def stop(self, request: Request, execution_id: str) -> Response:
        return self._control(services.stop, request, execution_id)

    def _control(self, control: Control, request: Request, execution_id: str) -> Response:
        execution = find_execution(request.user, execution_id, action="execution.control")
        body: Any = ControlRequest(data=request.data)
        body.is_valid(raise_exception=True)
        key: uuid.UUID = execution.pk
        control(execution_id=key, user=request.user, reason=body.validated_data.get("reason", ""))
        return Response(shown(key))
