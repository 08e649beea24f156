"""`/health/engine`: how the engine is, for those who run the installation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts import services as accounts
from accounts.permissions import acting_user
from executions.models import Worker
from executions.services.health import Health, engine_health


class QueueShape(serializers.Serializer[Any]):
    """One queue; `oldestReadySeconds` is how long its first ready step has waited, null when none is ready."""

    name = serializers.CharField()
    ready = serializers.IntegerField()
    oldestReadySeconds = serializers.FloatField(allow_null=True)
    workers = serializers.IntegerField()
    slots = serializers.IntegerField()


class WorkerShape(serializers.Serializer[Worker]):
    """A worker process that is alive."""

    id = serializers.CharField()
    host = serializers.CharField()
    pid = serializers.IntegerField()
    queues = serializers.ListField(child=serializers.CharField())
    slots = serializers.IntegerField()
    seenAt = serializers.DateTimeField(source="seen_at")


class EngineHealthShape(serializers.Serializer[Any]):
    """The whole installation at `at`, by PostgreSQL's clock."""

    at = serializers.DateTimeField()
    queues = QueueShape(many=True)
    openRuns = serializers.DictField(child=serializers.IntegerField(), help_text="By state.")
    runsOfLastDay = serializers.DictField(
        child=serializers.IntegerField(), help_text="Runs that began in the last 24 hours, by state."
    )
    steps = serializers.DictField(
        child=serializers.IntegerField(), help_text="Steps that are ready, running, delayed or waiting."
    )
    deadLetters = serializers.IntegerField()
    oldestDeadLetterSeconds = serializers.FloatField(allow_null=True)
    invariantViolations = serializers.IntegerField(
        allow_null=True, help_text="Runs that contradicted themselves and were repaired; null while Valkey is away."
    )
    workersAlive = serializers.IntegerField()
    workers = WorkerShape(many=True)
    databaseBytes = serializers.IntegerField()


class HealthViewSet(ViewSet):
    """The engine, seen by the administrators of the default project."""

    action_roles = {"retrieve": "installation.view"}

    @extend_schema(summary="How the engine is", operation_id="health_engine", responses=EngineHealthShape)
    def retrieve(self, request: Request) -> Response:
        accounts.require(acting_user(request), "installation.view", accounts.default_project().pk)
        return Response(EngineHealthShape(_told(engine_health())).data)


def _told(health: Health) -> dict[str, Any]:
    def age(moment: datetime | None) -> float | None:
        return None if moment is None else max(0.0, (health.at - moment).total_seconds())

    return {
        "at": health.at,
        "queues": [vars(queue) | {"oldestReadySeconds": age(queue.ready_since)} for queue in health.queues],
        "openRuns": health.runs,
        "runsOfLastDay": health.recent,
        "steps": health.steps,
        "deadLetters": health.letters,
        "oldestDeadLetterSeconds": age(health.oldest_letter_at),
        "invariantViolations": health.violations,
        "workersAlive": len(health.workers),
        "workers": health.workers,
        "databaseBytes": health.database_bytes,
    }
