"""`/workflows/{id}/test`: trying a node, or everything up to it, while it is being drawn."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.strict import StrictSerializer
from accounts.permissions import acting_user
from executions.api.lookup import shown
from executions.api.starting import workflow_key
from executions.models import Execution
from executions.services import testing
from executions.shapes import ExecutionShape, ObjectField


@extend_schema_serializer(component_name="RunTrialRequest")
class TrialRequest(StrictSerializer):
    """Which node is tested, and on which data."""

    nodeId = serializers.CharField(max_length=200)
    alone = serializers.BooleanField(
        default=False, help_text="Only this node, on pinned data or those of a run; else also all that leads to it."
    )
    definition = ObjectField(required=False, help_text="What is drawn now; without it the newest version.")
    inputData = ObjectField(required=False, help_text="Item that the root nodes receive.")
    executionId = serializers.UUIDField(
        required=False, help_text="A run of the workflow whose data come in where nothing is pinned."
    )
    confirmed = serializers.BooleanField(
        default=False, help_text="Whether nodes that may change something outside may run."
    )


class TrialViewSet(GenericViewSet[Execution]):
    """Tests of what is being drawn."""

    action_roles = {"create": "workflow.edit"}
    queryset = Execution.objects.none()
    serializer_class = ExecutionShape

    @extend_schema(
        summary="Test a node, or everything up to it",
        operation_id="workflows_test",
        request=TrialRequest,
        responses={202: ExecutionShape},
        filters=False,
    )
    def create(self, request: Request, workflow_id: str) -> Response:
        """202 with a run of origin `test`. It counts as no failure, keeps no dataset and waits for no place.

        409 `test_acts` with the names of the nodes that may change something outside, until it is `confirmed`.
        """
        body: Any = TrialRequest(data=request.data)
        body.is_valid(raise_exception=True)
        asked = body.validated_data
        execution = testing.run_test(
            workflow_id=workflow_key(workflow_id),
            user=acting_user(request),
            asked=testing.Asked(
                node_id=asked["nodeId"],
                alone=asked["alone"],
                definition=asked.get("definition"),
                input_data=asked.get("inputData"),
                known=asked.get("executionId"),
                confirmed=asked["confirmed"],
            ),
        )
        location = reverse("execution", args=[execution.pk])
        return Response(shown(execution.pk), status=202, headers={"Location": location})


class ShadowRequest(StrictSerializer):
    """How many of the last runs are tried again."""

    count = serializers.IntegerField(default=3, min_value=1, max_value=5)


class ShadowShape(serializers.Serializer[Any]):
    """An ended run, and the one that tries the newest version on its data."""

    of = ExecutionShape()
    execution = ExecutionShape()


class ShadowsShape(serializers.Serializer[Any]):
    results = ShadowShape(many=True)


class ShadowViewSet(GenericViewSet[Execution]):
    """The newest version on real inputs, before it is published."""

    action_roles = {"create": "workflow.edit"}
    queryset = Execution.objects.none()
    serializer_class = ShadowsShape

    @extend_schema(
        summary="Try the newest version on the data of the last runs",
        operation_id="workflows_shadow",
        request=ShadowRequest,
        responses={202: ShadowsShape},
        filters=False,
    )
    def create(self, request: Request, workflow_id: str) -> Response:
        """202 with runs of origin `test`. What began a run, and what works outside, gives what it gave then."""
        body: Any = ShadowRequest(data=request.data)
        body.is_valid(raise_exception=True)
        pairs = testing.run_shadows(
            workflow_id=workflow_key(workflow_id), user=acting_user(request), count=body.validated_data["count"]
        )
        results = [{"of": shown(old.pk), "execution": shown(new.pk)} for old, new in pairs]
        return Response({"results": results}, status=202)
