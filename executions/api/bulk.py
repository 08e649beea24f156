"""`/executions/bulk`: the same for many runs."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts import services as accounts
from accounts.api.strict import StrictSerializer
from executions.api.dead_letter_shapes import TallyShape
from executions.engine.states import ExecutionStatus
from executions.models import Execution
from executions.services.bulk import BulkAction, steer

STATES = [status.value for status in ExecutionStatus]


@extend_schema_field(
    {"oneOf": [{"type": "string", "enum": STATES}, {"type": "array", "items": {"type": "string", "enum": STATES}}]}
)
class StatesField(serializers.ListField):
    """One state or a list of them."""

    child = serializers.ChoiceField(choices=STATES)

    def to_internal_value(self, data: Any) -> list[Any]:
        return super().to_internal_value([data] if isinstance(data, str) else data)


class BulkFilter(StrictSerializer):
    """Which runs; several conditions narrow each other down, and at least one is needed."""

    status = StatesField(required=False, allow_empty=False)
    workflowId = serializers.UUIDField(required=False)
    label = serializers.CharField(  # type: ignore[assignment]  # as in `StepShape`
        required=False, help_text="Label of the version, such as v005."
    )
    createdAfter = serializers.DateTimeField(required=False)
    createdBefore = serializers.DateTimeField(required=False)

    default_error_messages = {"nothing": _("Укажите хотя бы одно условие")}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            self.fail("nothing")
        return attrs


LOOKUPS = {
    "status": "status__in",
    "workflowId": "workflow_id",
    "label": "version__label",
    "createdAfter": "created_at__gte",
    "createdBefore": "created_at__lt",
}


class BulkRequest(StrictSerializer):
    """With `dryRun` nothing is changed."""

    action = serializers.ChoiceField(choices=[action.value for action in BulkAction])
    filter = BulkFilter()
    reason = serializers.CharField(required=False, allow_blank=True, max_length=500, help_text="Kept in the journals.")
    dryRun = serializers.BooleanField(required=False, default=False)


class BulkShape(TallyShape):
    """`matched` runs fit the filter; with `dryRun`, `done` counts those that would be tried."""

    matched = serializers.IntegerField()
    dryRun = serializers.BooleanField(source="dry_run")


class BulkViewSet(GenericViewSet[Execution]):
    """Steering many runs, of the projects in which the person may steer runs."""

    action_roles = {"create": "execution.control"}
    queryset = Execution.objects.none()
    filter_backends: list[Any] = []

    @extend_schema(
        summary="Pause, resume, stop or retry many runs",
        operation_id="executions_bulk",
        request=BulkRequest,
        responses={200: BulkShape},
    )
    def create(self, request: Request) -> Response:
        """At most 1000 runs in one call, the oldest first; call again while `remaining` is not 0."""
        body: Any = BulkRequest(data=request.data)
        body.is_valid(raise_exception=True)
        fields = body.validated_data
        tally = steer(
            self._meant(request, fields["filter"]),
            BulkAction(fields["action"]),
            user=request.user,
            reason=fields.get("reason", ""),
            dry_run=fields["dryRun"],
        )
        return Response(BulkShape(tally).data)

    def _meant(self, request: Request, conditions: dict[str, Any]) -> QuerySet[Execution]:
        projects = accounts.project_ids(request.user, action="execution.control")
        lookups = {LOOKUPS[name]: value for name, value in conditions.items()}
        return Execution.objects.filter(project_id__in=projects, **lookups)
