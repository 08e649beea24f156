"""`/workflows/{id}/versions`: what a workflow was, what changed, and the way back."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins
from rest_framework.exceptions import ValidationError
from rest_framework.fields import Field
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.permissions import acting_user
from workflows import services
from workflows.api.lookup import as_id
from workflows.api.shapes import RestoreRequest, VersionDiffShape, VersionShape, VersionSummaryShape, WorkflowShape
from workflows.models import WorkflowVersion

VERSION = "A version is named by its number, its label (`v005`) or its id"


class VersionViewSet(mixins.ListModelMixin, GenericViewSet):
    queryset = WorkflowVersion.objects.none()
    serializer_class = VersionSummaryShape
    filter_backends = []
    action_roles = {
        "list": "workflow.view",
        "retrieve": "workflow.view",
        "diff": "workflow.view",
        "restore": "workflow.edit",
    }

    def get_queryset(self) -> QuerySet[WorkflowVersion]:
        versions = services.versions_of(workflow_id=as_id(self.kwargs["workflow_id"]), user=acting_user(self.request))
        return versions.defer("definition", "problems")

    @extend_schema(summary="One version", responses=VersionShape, description=VERSION)
    def retrieve(self, request: Request, workflow_id: str, version: str) -> Response:
        return Response(VersionShape(self._version(version)).data)

    @extend_schema(
        summary="What changed between two versions",
        description=VERSION,
        responses=VersionDiffShape,
        parameters=[OpenApiParameter("from", str, required=True), OpenApiParameter("to", str, required=True)],
    )
    def diff(self, request: Request, workflow_id: str) -> Response:
        missing = [name for name in ("from", "to") if not request.query_params.get(name)]
        if missing:
            raise ValidationError({name: [Field.default_error_messages["required"]] for name in missing})
        changes = services.diff_versions(
            older=self._version(request.query_params["from"]), newer=self._version(request.query_params["to"])
        )
        return Response(changes)

    @extend_schema(summary="Restore a version", request=RestoreRequest, responses=WorkflowShape, description=VERSION)
    def restore(self, request: Request, workflow_id: str, version: str) -> Response:
        """Its definition becomes the newest version, published as any other save."""
        form = RestoreRequest(data=request.data)
        form.is_valid(raise_exception=True)
        workflow = services.restore_version(
            workflow_id=as_id(workflow_id),
            version=self._version(version),
            user=acting_user(request),
            draft=form.validated_data["draft"],
            expected=services.Expected(
                version=form.validated_data.get("version"), etag=request.headers.get("If-Match")
            ),
        )
        return Response(WorkflowShape(workflow).data, headers={"ETag": f'"{workflow.version}"'})

    def _version(self, name: str) -> WorkflowVersion:
        return services.version_of(
            workflow_id=as_id(self.kwargs["workflow_id"]), user=acting_user(self.request), name=name
        )
