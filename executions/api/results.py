"""`/executions/{id}/result`: what a run has given back, and what it has answered to its caller."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from executions.api.lookup import find_execution
from executions.engine.states import ExecutionStatus
from executions.models import Execution, RunAnswer
from executions.services.children import result_of
from executions.shapes import ANY_OBJECT


@extend_schema_field({"description": "JSON or a text."})
class BodyField(serializers.Field[Any, Any, Any, Any]):
    """Any JSON value."""

    def to_representation(self, value: Any) -> Any:
        return value


class AnswerShape(serializers.Serializer[RunAnswer]):
    """What a step has answered to the caller over HTTP."""

    status = serializers.IntegerField()
    headers = serializers.DictField(child=serializers.CharField())
    body = BodyField(allow_null=True)
    at = serializers.DateTimeField()


class ResultShape(serializers.Serializer[Any]):
    """`items` are null until the run has succeeded."""

    status = serializers.ChoiceField(choices=list(ExecutionStatus))
    items = serializers.SerializerMethodField()
    answer = serializers.SerializerMethodField()

    @extend_schema_field({"type": "array", "items": ANY_OBJECT, "nullable": True})
    def get_items(self, run: Execution) -> Any:
        return result_of(run) if run.status == ExecutionStatus.SUCCEEDED else None

    @extend_schema_field(AnswerShape(allow_null=True))
    def get_answer(self, run: Execution) -> Any:
        answer = RunAnswer.objects.filter(pk=run.pk).first()
        return None if answer is None else AnswerShape().to_representation(answer)


class ResultViewSet(GenericViewSet[Execution]):
    action_roles = {"retrieve": "execution.view"}
    queryset = Execution.objects.none()
    serializer_class = ResultShape

    @extend_schema(summary="What a run has given back", operation_id="executions_result", responses=ResultShape)
    def retrieve(self, request: Request, execution_id: str) -> Response:
        """What its `return` nodes were given, else what its last nodes gave."""
        return Response(ResultShape(find_execution(request.user, execution_id)).data)
