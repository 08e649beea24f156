"""`/workflows/{id}/execute` and `/workflows/{id}/executions`: the runs of one workflow."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.permissions import acting_user
from executions import realtime, services
from executions.api.filters import ExecutionFilter
from executions.api.lookup import just_started, shown
from executions.api.requests import MAX_WAIT_SECONDS, StartQuery, StartRequest
from executions.engine.states import FINISHED_EXECUTION
from executions.models import Execution
from executions.shapes import ExecutionShape, presentable
from workflows import services as workflows
from workflows.errors import WorkflowNotFound

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="The same key with the same body gives the same run for a day; with another body 422.",
)


class WorkflowExecutionViewSet(GenericViewSet[Execution]):
    """The runs of one workflow."""

    action_roles = {"list": "execution.view", "execute": "execution.start"}
    queryset = Execution.objects.none()
    serializer_class = ExecutionShape
    filterset_class = ExecutionFilter

    def get_queryset(self) -> QuerySet[Execution]:
        return presentable(Execution.objects.visible_to(self.request.user))

    @extend_schema(summary="Runs of a workflow", operation_id="workflows_executions_list")
    def list(self, request: Request, workflow_id: str) -> Response:
        key = workflow_key(workflow_id)
        workflows.versions_of(workflow_id=key, user=request.user)  # 404 for who may not see the workflow
        runs = self.filter_queryset(self.get_queryset().filter(workflow_id=key))
        page = self.paginate_queryset(runs)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(
        summary="Start a run",
        operation_id="workflows_execute",
        request=StartRequest,
        parameters=[StartQuery, IDEMPOTENCY_KEY],
        responses={202: ExecutionShape, 200: ExecutionShape},
        filters=False,
    )
    def execute(self, request: Request, workflow_id: str) -> Response:
        """202 with the run. With `wait` 200 as soon as it has finished, or 202 when the time is over."""
        target = workflows.startable(workflow_key(workflow_id), request.user)
        query: Any = StartQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        body: Any = StartRequest(data=request.data)
        body.is_valid(raise_exception=True)
        services.refuse_crowd(acting_user(request))
        sent_key = request.headers.get("Idempotency-Key")
        execution, created = services.start(
            target=target,
            user=request.user,
            input_data=body.validated_data.get("inputData"),
            priority=body.validated_data.get("priority"),
            idempotency_key=None if sent_key is None else sent_key.strip(),
        )
        wait = query.validated_data.get("wait")
        now = None if wait is None else _waited_for(execution, wait, is_new=created)
        run = just_started(execution, target, now) if created else shown(execution.pk)
        finished = wait is not None and run["status"] in FINISHED_EXECUTION
        location = reverse("execution", args=[execution.pk])
        return Response(run, status=200 if finished else 202, headers={"Location": location})


def _waited_for(run: Execution, seconds: int, *, is_new: bool) -> realtime.Standing:
    """How the run stands when it has ended, or the time is over. Only a new one is known not to have ended."""
    seen = run.event_seq if is_new and run.status not in FINISHED_EXECUTION else 0
    return realtime.wait_until_finished(run.pk, min(seconds, MAX_WAIT_SECONDS), seen=seen)


def workflow_key(text: str) -> uuid.UUID:
    """The id in a URL; what is none names no workflow: `WorkflowNotFound`."""
    try:
        return uuid.UUID(text)
    except ValueError:
        raise WorkflowNotFound from None
