"""`/workflows/{id}/triggers`: what the published version of a workflow listens for, and at which addresses."""

from __future__ import annotations

import uuid
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts import services as accounts
from executions.models import Listener
from workflows import services as workflows
from workflows.errors import WorkflowNotFound

PLACES = {"trigger-webhook": "hooks", "trigger-form": "forms"}


class TriggerShape(serializers.Serializer[Any]):
    """A trigger that listens. `path` is its own address below the installation's, `oldPath` that of n8n, or null."""

    nodeId = serializers.CharField(source="node_id")
    type = serializers.CharField(source="kind")
    events = serializers.ListField(child=serializers.CharField(), source="names")
    path = serializers.SerializerMethodField()
    oldPath = serializers.SerializerMethodField()
    since = serializers.DateTimeField()

    def get_oldPath(self, listener: Listener) -> str | None:  # noqa: N802 - the name of the field
        return f"/webhook/{listener.path}" if listener.path else None

    def get_path(self, listener: Listener) -> str | None:
        return f"/{PLACES[listener.kind]}/{listener.address}" if listener.address and listener.kind in PLACES else None


class TriggerViewSet(GenericViewSet[Listener]):
    """Whoever knows the address of a form or an open webhook can start runs by it, so it takes their right."""

    action_roles = {"list": "execution.start"}
    queryset = Listener.objects.none()
    serializer_class = TriggerShape
    pagination_class = None
    filter_backends: list[Any] = []

    @extend_schema(
        summary="What a workflow listens for", operation_id="workflow_triggers", responses=TriggerShape(many=True)
    )
    def list(self, request: Request, workflow_id: str) -> Response:
        try:
            key = uuid.UUID(workflow_id)
        except ValueError:
            raise WorkflowNotFound from None
        accounts.require(request.user, "execution.start", workflows.project_of(key, request.user))
        listening = Listener.objects.filter(workflow_id=key, active=True).order_by("node_id")
        return Response(TriggerShape(listening, many=True).data)
