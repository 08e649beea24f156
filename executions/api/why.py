"""`/executions/{id}/why`: what a run waits for, as data and as a sentence."""

from __future__ import annotations

import zoneinfo
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.permissions import acting_user
from executions import services
from executions.api.lookup import find_execution
from executions.engine.circles import For
from executions.engine.reasons import Hop, Kind, Reason
from executions.engine.states import ExecutionStatus
from executions.explanations import explained
from executions.models import Execution


class HopShape(serializers.Serializer[Hop]):
    """A run of a circle, and the next one, for whose end it waits: for its place (`slot`) or its result (`child`)."""

    executionId = serializers.UUIDField(source="run")
    workflow = serializers.CharField(help_text="The name of its workflow.")
    waitsFor = serializers.ChoiceField(source="why", choices=[why.value for why in For])
    nextId = serializers.UUIDField(source="on")


class ReasonShape(serializers.Serializer[Reason]):
    """One thing that is waited for; what its kind does not know is null.

    `steps` counts the steps that it holds up; `stepId`, `nodeId` and `label` are of the first of them.
    """

    kind = serializers.ChoiceField(choices=[kind.value for kind in Kind])
    sentence = serializers.CharField()
    steps = serializers.IntegerField()
    stepId = serializers.UUIDField(source="step_id", allow_null=True)
    nodeId = serializers.CharField(source="node_id", allow_null=True)
    label = serializers.CharField(allow_null=True)  # type: ignore[assignment]  # as in `StepShape`
    since = serializers.DateTimeField(allow_null=True, help_text="Since when it runs, is paused, has ended.")
    until = serializers.DateTimeField(allow_null=True, help_text="When the first of the steps goes on by itself.")
    queue = serializers.CharField(allow_null=True)
    ahead = serializers.IntegerField(allow_null=True, help_text="Ready steps that will be taken earlier.")
    worker = serializers.CharField(allow_null=True)
    host = serializers.CharField(allow_null=True, help_text="The server that is left alone for a while.")
    event = serializers.CharField(allow_null=True)
    subject = serializers.CharField(allow_null=True)
    childId = serializers.UUIDField(source="child", allow_null=True)
    by = serializers.CharField(allow_null=True, help_text="Who paused the run.")
    why = serializers.CharField(allow_null=True, help_text="Why: as the person said it, or the node's code.")
    concurrencyKey = serializers.CharField(source="key", allow_null=True)
    position = serializers.IntegerField(allow_null=True, help_text="Place in the queue for a slot, from 1.")
    circle = HopShape(many=True, help_text="From this run on, who waits for whom until it closes; stop one of them.")


class WhyShape(serializers.Serializer[Any]):
    """`sentence` is that of the first reason, which tells most."""

    status = serializers.ChoiceField(choices=list(ExecutionStatus))
    sentence = serializers.CharField()
    reasons = ReasonShape(many=True)


class WhyViewSet(GenericViewSet[Execution]):
    """What a run waits for."""

    action_roles = {"retrieve": "execution.view"}
    queryset = Execution.objects.none()
    serializer_class = WhyShape

    @extend_schema(summary="What a run waits for", operation_id="executions_why")
    def retrieve(self, request: Request, execution_id: str) -> Response:
        execution = find_execution(request.user, execution_id)
        zone = zoneinfo.ZoneInfo(acting_user(request).time_zone)
        reasons = [
            vars(reason) | {"sentence": explained(reason, status=execution.status, zone=zone)}
            for reason in services.why(execution)
        ]
        answer = {"status": execution.status, "sentence": reasons[0]["sentence"], "reasons": reasons}
        return Response(WhyShape(answer).data)
