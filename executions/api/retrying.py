"""`/executions/{id}/retry` and `/retry-plan`: repeating a run, and seeing beforehand what that would do."""

from __future__ import annotations

import uuid
from collections import Counter
from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from executions import effects, services
from executions.api.lookup import find_execution, shown
from executions.api.requests import RetryPlanQuery, RetryRunRequest
from executions.engine.repeating import Action, Because, Plan, PlannedStep
from executions.engine.states import StepStatus
from executions.errors import StepNotFound
from executions.models import Execution
from executions.services import Wish
from executions.services.repeating import Prepared
from executions.shapes import ExecutionShape
from workflows import services as workflows


class PlannedStepShape(serializers.Serializer[PlannedStep]):
    """What becomes of one node of the version that would run."""

    nodeId = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # as in `StepShape`
    nodeType = serializers.CharField()
    action = serializers.ChoiceField(choices=[action.value for action in Action])
    because = serializers.ChoiceField(
        choices=[because.value for because in Because], allow_null=True, help_text="Why it does not keep its result."
    )
    was = serializers.ChoiceField(
        choices=list(StepStatus),
        allow_null=True,
        help_text="Its state in the run as it is; null if it has none.",
    )
    calls = serializers.IntegerField(help_text="Calls to the outside that it has made.")
    changes = serializers.IntegerField(help_text="Those of them that may have changed something there.")
    mayHaveEffects = serializers.BooleanField(help_text="It works outside, is not safe to repeat, and has run before.")


class RetryPlanShape(serializers.Serializer[Any]):
    """What a retry would do; `withEffects` counts the steps that would run again though they have done something."""

    executionId = serializers.UUIDField()
    version = serializers.IntegerField(help_text="Number of the version that would run.")
    newExecution = serializers.BooleanField(help_text="Whether a new run would begin, or this one would go on.")
    reused = serializers.IntegerField()
    again = serializers.IntegerField()
    skipped = serializers.IntegerField()
    withEffects = serializers.IntegerField()
    steps = PlannedStepShape(many=True)


class RetryViewSet(GenericViewSet[Execution]):
    """Repeating a run."""

    action_roles = {"retrieve": "execution.view", "create": "execution.control"}
    queryset = Execution.objects.none()
    serializer_class = RetryPlanShape

    @extend_schema(summary="What a retry would do", operation_id="executions_retry_plan", parameters=[RetryPlanQuery])
    def retrieve(self, request: Request, execution_id: str) -> Response:
        execution = find_execution(request.user, execution_id)
        query: Any = RetryPlanQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        prepared = services.plan_retry(execution, wish=_wish(query.validated_data))
        return Response(RetryPlanShape(_told(execution, prepared)).data)

    @extend_schema(
        summary="Repeat a run from its failure, a step or the start",
        operation_id="executions_retry",
        request=RetryRunRequest,
        responses={200: ExecutionShape, 202: ExecutionShape},
    )
    def create(self, request: Request, execution_id: str) -> Response:
        """200 with the run that goes on; 202 with the new one, where another version or the start was asked for."""
        execution = find_execution(request.user, execution_id, action="execution.control")
        body: Any = RetryRunRequest(data=request.data)
        body.is_valid(raise_exception=True)
        run = services.retry(
            execution_id=execution.pk,
            user=request.user,
            wish=_wish(body.validated_data),
            reason=body.validated_data.get("reason", ""),
        )
        if run.pk == execution.pk:
            return Response(shown(run.pk))
        return Response(shown(run.pk), status=202, headers={"Location": reverse("execution", args=[run.pk])})


def _wish(fields: dict[str, Any]) -> Wish:
    where = fields["from"]
    return Wish(
        version=fields["version"],
        begin=where if where in ("failed", "start") else [_step(where)],
        force=fields["force"],
    )


def _step(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise StepNotFound from None


def _told(execution: Execution, prepared: Prepared) -> dict[str, Any]:
    counts = effects.count_by_node(execution.pk)
    begun = set(execution.steps.filter(attempts__isnull=False).values_list("node_id", flat=True).distinct())
    steps = [_step_told(step, prepared.plan, counts, begun) for step in prepared.plan.steps]
    actions = Counter(step["action"] for step in steps)
    return {
        "executionId": execution.pk,
        "version": workflows.number_of(prepared.target.version_id) if prepared.target else execution.version.number,
        "newExecution": prepared.anew,
        "reused": actions[Action.REUSE],
        "again": actions[Action.RUN],
        "skipped": actions[Action.SKIP],
        "withEffects": sum(step["action"] == Action.RUN and _has_effects(step) for step in steps),
        "steps": steps,
    }


def _has_effects(step: dict[str, Any]) -> bool:
    return bool(step["changes"] or step["mayHaveEffects"])


def _step_told(step: PlannedStep, plan: Plan, counts: dict[str, tuple[int, int]], begun: set[str]) -> dict[str, Any]:
    node = plan.graph.nodes[step.node_id]
    calls, changes = counts.get(step.node_id, (0, 0))
    return {
        "nodeId": node.id,
        "label": node.label,
        "nodeType": node.type,
        "action": step.action,
        "because": step.because,
        "was": step.was,
        "calls": calls,
        "changes": changes,
        "mayHaveEffects": node.weight == "io" and not node.repeatable and node.id in begun,
    }
