"""`/workflows/{id}/schedules`: when a workflow starts by itself."""

from __future__ import annotations

import uuid
from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts import clock
from executions.errors import ScheduleNotFound
from executions.models import Trigger
from executions.services import scheduling
from executions.services.scheduling import Sight
from executions.shapes import ObjectField
from workflows import services as workflows
from workflows.errors import WorkflowNotFound


class FireShape(serializers.Serializer[Any]):
    """What has become of a tick, or of several that were missed, of which `dueAt` is the newest."""

    dueAt = serializers.DateTimeField(source="due_at")
    outcome = serializers.CharField(
        help_text="started, queued, skipped_missed, skipped_overlap, or failed:<code of the refusal>"
    )
    ticks = serializers.IntegerField(help_text="For how many ticks this line stands.")
    executionId = serializers.UUIDField(source="execution_id", allow_null=True)
    firedAt = serializers.DateTimeField(source="fired_at")


class ScheduleFaultShape(serializers.Serializer[Any]):
    """Why a schedule cannot be followed."""

    code = serializers.CharField(source="fault")
    message = serializers.CharField(source="fault_in_words")


class ScheduleShape(serializers.Serializer[Any]):
    """One schedule. One of `crontab`, `everySeconds` and `at` says when it is due."""

    id = serializers.UUIDField(source="trigger.id")
    nodeId = serializers.CharField(
        source="node_id", allow_null=True, help_text="Null for a periodic task made by hand."
    )
    name = serializers.CharField(source="trigger.periodic_task.name", help_text="Of the periodic task.")
    periodicTaskId = serializers.IntegerField(source="trigger.periodic_task_id")
    enabled = serializers.BooleanField(source="trigger.periodic_task.enabled")
    crontab = serializers.CharField(allow_null=True, help_text="Minute, hour, day of month, month, day of week.")
    everySeconds = serializers.FloatField(source="every_seconds", allow_null=True)
    at = serializers.DateTimeField(allow_null=True)
    timeZone = serializers.CharField(source="zone")
    startsAt = serializers.DateTimeField(source="trigger.periodic_task.start_time", allow_null=True)
    endsAt = serializers.DateTimeField(source="trigger.periodic_task.expires", allow_null=True)
    missed = serializers.CharField(source="order.missed", default=None, help_text="skip, last or all")
    overlap = serializers.CharField(source="order.overlap", default=None, help_text="allow, skip or queue")
    inputData = ObjectField(source="order.input_data", default=None)
    fault = serializers.SerializerMethodField(help_text="Null while all is well.")
    nextDueAt = serializers.DateTimeField(source="trigger.next_due_at", allow_null=True)
    upcoming = serializers.SerializerMethodField(help_text="The next times in the schedule's own time zone.")
    fires = FireShape(many=True, help_text="The newest first.")

    @extend_schema_field(ScheduleFaultShape(allow_null=True))
    def get_fault(self, sight: Sight) -> Any:
        return None if sight.fault is None else ScheduleFaultShape(sight).data

    def get_upcoming(self, sight: Sight) -> list[str]:
        return [tick.isoformat() for tick in sight.upcoming]


class ScheduleViewSet(GenericViewSet[Trigger]):
    """Schedules of one workflow: those of its trigger nodes, and periodic tasks made by hand."""

    action_roles = {"list": "workflow.view", "enable": "workflow.publish", "disable": "workflow.publish"}
    queryset = Trigger.objects.none()
    serializer_class = ScheduleShape
    filter_backends: list[Any] = []

    @extend_schema(summary="Schedules of a workflow", operation_id="workflows_schedules_list")
    def list(self, request: Request, workflow_id: str) -> Response:
        workflow = _workflow(workflow_id)
        workflows.project_of(workflow, request.user)  # 404 for who may not see the workflow
        page = self.paginate_queryset(scheduling.schedules_of(workflow)) or []
        now = clock.read()
        sights = [scheduling.look(trigger, now) for trigger in page]
        return self.get_paginated_response(self.get_serializer(sights, many=True).data)

    @extend_schema(
        summary="Switch a schedule on",
        description="What was due while it was off is not missed.",
        operation_id="workflows_schedules_enable",
        request=None,
    )
    def enable(self, request: Request, workflow_id: str, trigger_id: str) -> Response:
        return self._switch(request, workflow_id, trigger_id, on=True)

    @extend_schema(
        summary="Switch a schedule off",
        description="Runs that wait for the end of an earlier one are dropped.",
        operation_id="workflows_schedules_disable",
        request=None,
    )
    def disable(self, request: Request, workflow_id: str, trigger_id: str) -> Response:
        return self._switch(request, workflow_id, trigger_id, on=False)

    def _switch(self, request: Request, workflow_id: str, trigger_id: str, *, on: bool) -> Response:
        try:
            key = uuid.UUID(trigger_id)
        except ValueError:
            raise ScheduleNotFound from None
        trigger = scheduling.switch(workflow_id=_workflow(workflow_id), trigger_id=key, user=request.user, on=on)
        return Response(self.get_serializer(scheduling.look(trigger, clock.read())).data)


def _workflow(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise WorkflowNotFound from None
