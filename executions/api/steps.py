"""`/executions/{id}/steps`: what each node of a run has done, and doing it again."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from executions import services
from executions.api.lookup import find_execution, find_step, shown
from executions.api.requests import RetryRequest
from executions.api.step_data import attach
from executions.models import Step
from executions.shapes import ExecutionShape, StepDataShape, StepDetailShape


class StepViewSet(GenericViewSet[Step]):
    """Steps of a run, in the order of the definition."""

    action_roles = {"list": "execution.view", "retrieve": "execution.view", "retry": "execution.control"}
    queryset = Step.objects.none()
    serializer_class = StepDataShape

    @extend_schema(summary="Steps of a run with their data", operation_id="executions_steps_list")
    def list(self, request: Request, execution_id: str) -> Response:
        execution = find_execution(request.user, execution_id)
        steps = execution.steps.defer("progress", "wake").order_by("position", "scope")
        page = attach(execution, self.paginate_queryset(steps) or [])
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(
        summary="One step with its attempts", operation_id="executions_steps_retrieve", responses=StepDetailShape
    )
    def retrieve(self, request: Request, execution_id: str, step_id: str) -> Response:
        execution = find_execution(request.user, execution_id)
        step = find_step(execution, step_id)
        attach(execution, [step])
        return Response(StepDetailShape(step).data)

    @extend_schema(
        summary="Run a step and everything after it again",
        operation_id="executions_steps_retry",
        request=RetryRequest,
        responses=ExecutionShape,
    )
    def retry(self, request: Request, execution_id: str, step_id: str) -> Response:
        execution = find_execution(request.user, execution_id, action="execution.control")
        step = find_step(execution, step_id)
        body: Any = RetryRequest(data=request.data)
        body.is_valid(raise_exception=True)
        force = body.validated_data["force"]
        services.retry_step(execution_id=execution.pk, step_id=step.pk, user=request.user, force=force)
        return Response(shown(execution.pk))
