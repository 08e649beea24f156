"""`/executions/{id}/effects`: what the steps of a run have done outside."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from executions.api.lookup import find_execution
from executions.api.requests import EffectQuery
from executions.models import SideEffect
from executions.shapes import EffectShape, named


class EffectViewSet(GenericViewSet[SideEffect]):
    """Calls to the outside, in the order in which they were noted."""

    action_roles = {"list": "execution.view"}
    queryset = SideEffect.objects.none()
    serializer_class = EffectShape
    filter_backends: list[Any] = []

    @extend_schema(
        summary="What a run has done outside",
        operation_id="executions_effects",
        parameters=[EffectQuery],
        responses=EffectShape(many=True),
    )
    def list(self, request: Request, execution_id: str) -> Response:
        execution = find_execution(request.user, execution_id)
        query: Any = EffectQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        effects = SideEffect.objects.filter(execution=execution).order_by("id")
        if "stepId" in query.validated_data:
            effects = effects.filter(step_id=query.validated_data["stepId"])
        page = named(self.paginate_queryset(effects) or [])
        return self.get_paginated_response(self.get_serializer(page, many=True).data)
