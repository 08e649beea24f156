"""`/errors`: what has gone wrong, kept for analysis; running it again, and noting that it has been dealt with."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.strict import StrictSerializer
from executions.api.lookup import shown
from executions.models import SavedError
from executions.sentences import phrase, told
from executions.services import saved_errors
from executions.shapes import ExecutionShape, ObjectField, PersonShape


class SavedErrorShape(serializers.Serializer[SavedError]):
    """An error with what it is about; `source` says whether a step has saved it or a run has ended by it."""

    id = serializers.UUIDField()
    source = serializers.ChoiceField(choices=SavedError.Source.values)  # type: ignore[assignment]  # as `label` below
    workflowId = serializers.UUIDField(source="workflow_id")
    workflowCode = serializers.CharField(source="workflow.code")
    workflowName = serializers.CharField(source="workflow.name")
    executionId = serializers.UUIDField(source="execution_id", help_text="The run may have been forgotten since.")
    stepId = serializers.UUIDField(source="step_id", allow_null=True)
    nodeId = serializers.CharField(source="node_id")
    label = serializers.CharField()  # type: ignore[assignment]  # as in `StepShape`
    code = serializers.CharField()
    message = serializers.SerializerMethodField()
    details = serializers.SerializerMethodField()
    input = ObjectField(allow_null=True, help_text="The item; of a run its `inputData`.")
    at = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=SavedError.State.values)
    reason = serializers.CharField()
    handledBy = PersonShape(source="handled_by", allow_null=True)
    handledAt = serializers.DateTimeField(source="handled_at", allow_null=True)
    replayExecutionId = serializers.UUIDField(source="replay_id", allow_null=True)

    def get_message(self, error: SavedError) -> str:
        return phrase(error.message, error.details)

    def get_details(self, error: SavedError) -> dict[str, Any]:
        return told(error.details)


class SavedErrorFilter(filters.FilterSet):
    workflowId = filters.UUIDFilter(field_name="workflow_id")
    executionId = filters.UUIDFilter(field_name="execution_id")
    nodeId = filters.CharFilter(field_name="node_id")
    code = filters.CharFilter(field_name="code")
    source = filters.ChoiceFilter(choices=SavedError.Source.choices)
    state = filters.ChoiceFilter(choices=SavedError.State.choices)
    createdAfter = filters.IsoDateTimeFilter(field_name="at", lookup_expr="gte")
    createdBefore = filters.IsoDateTimeFilter(field_name="at", lookup_expr="lt")

    class Meta:
        model = SavedError
        fields: list[str] = []


class ReplayErrorRequest(StrictSerializer):
    """How the error is run again; by default a run goes on, and a saved item begins a new run."""

    way = serializers.ChoiceField(
        choices=["item", "input", "failed"],
        required=False,
        help_text="`item`: a new run with `input`; `input`: one with the `inputData` of its run; `failed`: its run.",
    )
    reason = serializers.CharField(required=False, allow_blank=True, max_length=500)


class SettleErrorRequest(StrictSerializer):
    reason = serializers.CharField(required=False, allow_blank=True, max_length=500)


class SavedErrorViewSet(GenericViewSet[SavedError]):
    """Errors of the projects in which the person may see runs."""

    action_roles = {
        "list": "execution.view",
        "retrieve": "execution.view",
        "replay": "execution.start",
        "resolve": "execution.control",
        "dismiss": "execution.control",
    }
    queryset = SavedError.objects.none()
    serializer_class = SavedErrorShape
    filterset_class = SavedErrorFilter

    def get_queryset(self) -> QuerySet[SavedError]:
        return SavedError.objects.visible_to(self.request.user).select_related("workflow", "handled_by")

    @extend_schema(summary="What has gone wrong", operation_id="errors_list")
    def list(self, request: Request) -> Response:
        """The newest first."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(summary="One error", operation_id="errors_retrieve")
    def retrieve(self, request: Request, error_id: str) -> Response:
        return Response(self.get_serializer(saved_errors.find(request.user, error_id)).data)

    @extend_schema(
        summary="Run it again",
        operation_id="errors_replay",
        request=ReplayErrorRequest,
        responses={202: ExecutionShape},
    )
    def replay(self, request: Request, error_id: str) -> Response:
        """202 with the run that begins or goes on; 409 when somebody has dealt with the error."""
        error = saved_errors.find(request.user, error_id, action="execution.start")
        body: Any = ReplayErrorRequest(data=request.data)
        body.is_valid(raise_exception=True)
        run = saved_errors.replay(error, user=request.user, **body.validated_data)
        return Response(shown(run.pk), status=202)

    @extend_schema(
        summary="It has been dealt with",
        operation_id="errors_resolve",
        request=SettleErrorRequest,
        responses=SavedErrorShape,
    )
    def resolve(self, request: Request, error_id: str) -> Response:
        return self._put_aside(request, error_id, "resolved")

    @extend_schema(
        summary="Nothing is to be done",
        operation_id="errors_dismiss",
        request=SettleErrorRequest,
        responses=SavedErrorShape,
    )
    def dismiss(self, request: Request, error_id: str) -> Response:
        return self._put_aside(request, error_id, "dismissed")

    def _put_aside(self, request: Request, error_id: str, outcome: Any) -> Response:
        error = saved_errors.find(request.user, error_id, action="execution.control")
        body: Any = SettleErrorRequest(data=request.data)
        body.is_valid(raise_exception=True)
        reason = body.validated_data.get("reason", "")
        saved_errors.put_aside(error, user=request.user, outcome=outcome, reason=reason)
        return Response(self.get_serializer(saved_errors.find(request.user, error_id)).data)
