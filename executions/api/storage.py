"""`/storage`: how much room the runs of each workflow take."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts import services as accounts
from executions.models import Execution
from executions.services.footprint import SAMPLE, footprints, workflows_with_runs


class FootprintShape(serializers.Serializer[Any]):
    """What one workflow keeps. Runs and rows of datasets are counted, the rest is estimated from the newest runs."""

    workflowId = serializers.UUIDField(source="workflow_id")
    workflowCode = serializers.CharField(source="code")
    workflowName = serializers.CharField(source="name")
    executions = serializers.IntegerField()
    openExecutions = serializers.IntegerField(source="open_executions")
    oldestAt = serializers.DateTimeField(source="oldest_at", allow_null=True)
    estimated = serializers.BooleanField(help_text="False where every run was looked at; sizes are estimates always.")
    sampledExecutions = serializers.IntegerField(source="sampled", help_text=f"The newest, at most {SAMPLE}.")
    rows = serializers.DictField(
        child=serializers.IntegerField(), help_text="By kind: executions, steps, data, journal, attempts, effects."
    )
    bytes = serializers.IntegerField(source="total_bytes", help_text="Indexes included, datasets not.")
    datasetRows = serializers.IntegerField(source="dataset_rows")
    datasetBytes = serializers.IntegerField(source="dataset_bytes")
    retentionDays = serializers.FloatField(source="retention_days", help_text="0: for ever.")


class StorageViewSet(GenericViewSet[Execution]):
    """Storage of the projects in which the person may see runs."""

    action_roles = {"list": "execution.view"}
    queryset = Execution.objects.none()
    serializer_class = FootprintShape
    filter_backends: list[Any] = []

    @extend_schema(summary="Storage by workflow", operation_id="storage_list")
    def list(self, request: Request) -> Response:
        """Workflows with the most runs first. Sizes are estimates: adding up would read the whole database."""
        projects = accounts.project_ids(request.user, action="execution.view")
        page = self.paginate_queryset(workflows_with_runs(projects)) or []
        return self.get_paginated_response(self.get_serializer(footprints(page), many=True).data)
