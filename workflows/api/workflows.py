"""`/workflows`: making, changing, checking, publishing, copying and deleting them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.permissions import acting_user
from workflows import services
from workflows.api.filters import WorkflowFilter
from workflows.api.lookup import as_id, find_workflow
from workflows.api.shapes import (
    NewWorkflow,
    ReplacedWorkflow,
    ValidationRequest,
    ValidationShape,
    WorkflowShape,
    WorkflowSummaryShape,
)
from workflows.models import Workflow
from workflows.services.wording import has_errors, shown

IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description="The ETag that was read")


class WorkflowViewSet(mixins.ListModelMixin, GenericViewSet):
    queryset = Workflow.objects.none()
    serializer_class = WorkflowSummaryShape
    filterset_class = WorkflowFilter
    lookup_url_kwarg = "workflow_id"
    max_body = settings.DEFINITION_MAX_BODY
    action_roles = {
        "list": "workflow.view",
        "retrieve": "workflow.view",
        "check_definition": "workflow.view",
        "create": "workflow.edit",
        "replace": "workflow.edit",
        "duplicate": "workflow.edit",
        "publish": "workflow.publish",
        "unpublish": "workflow.publish",
        "destroy": "workflow.delete",
    }

    def get_queryset(self) -> QuerySet[Workflow]:
        visible = Workflow.objects.visible_to(acting_user(self.request)).with_versions()
        return visible.defer("newest_version__definition", "newest_version__problems")

    @extend_schema(summary="Create a workflow", request=NewWorkflow, responses={201: WorkflowShape})
    def create(self, request: Request) -> Response:
        """Published at once when it has no errors; else, or with `draft: true`, kept as a draft with its problems."""
        form = NewWorkflow(data=request.data)
        form.is_valid(raise_exception=True)
        workflow = services.create_workflow(
            user=acting_user(request),
            particulars=form.particulars(),
            definition=form.validated_data.get("definition"),
            draft=form.validated_data["draft"],
        )
        return _answer(workflow, status.HTTP_201_CREATED)

    @extend_schema(summary="One workflow", responses=WorkflowShape)
    def retrieve(self, request: Request, workflow_id: str) -> Response:
        """The newest definition, drafts included."""
        return _answer(find_workflow(request.user, workflow_id))

    @extend_schema(
        summary="Replace a workflow", request=ReplacedWorkflow, responses=WorkflowShape, parameters=[IF_MATCH]
    )
    def replace(self, request: Request, workflow_id: str) -> Response:
        """A new version, published at once when it has no errors. A stale `version` is 409, a stale `If-Match` 412."""
        user = acting_user(request)
        workflow = find_workflow(user, workflow_id)
        services.refuse_stale(workflow, _expected(request, request.data))
        form = ReplacedWorkflow(workflow, data=request.data)
        form.is_valid(raise_exception=True)
        replaced = services.replace_workflow(
            workflow_id=workflow.id,
            user=user,
            particulars=form.particulars(),
            definition=form.validated_data["definition"],
            draft=form.validated_data["draft"],
            expected=_expected(request, form.validated_data),
        )
        return _answer(replaced)

    @extend_schema(summary="Delete a workflow", responses={204: None})
    def destroy(self, request: Request, workflow_id: str) -> Response:
        """Its runs and versions stay. 409 while runs are open."""
        services.delete(workflow_id=as_id(workflow_id), user=acting_user(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(summary="Check a definition", request=ValidationRequest, responses=ValidationShape)
    def check_definition(self, request: Request, workflow_id: str) -> Response:
        """All problems at once, of the definition in the body or, without one, of the newest one stored."""
        workflow = find_workflow(request.user, workflow_id)
        form = ValidationRequest(data=request.data)
        form.is_valid(raise_exception=True)
        stored = {} if workflow.newest_version is None else workflow.newest_version.definition
        asked = form.validated_data.get("definition", stored)
        problems = services.validate_definition(
            asked, kind=workflow.kind, own=(workflow.code, str(workflow.id)), project_id=workflow.project_id
        )
        return Response({"valid": not has_errors(problems), "problems": shown(problems)})

    @extend_schema(summary="Publish the newest version", request=None, responses=WorkflowShape, parameters=[IF_MATCH])
    def publish(self, request: Request, workflow_id: str) -> Response:
        """422 with the problems when it has errors, 412 when it is not the version of the `If-Match`."""
        seen = _expected(request, None)
        return _answer(services.publish(workflow_id=as_id(workflow_id), user=acting_user(request), expected=seen))

    @extend_schema(summary="Unpublish a workflow", request=None, responses=WorkflowShape)
    def unpublish(self, request: Request, workflow_id: str) -> Response:
        """Its schedules, webhooks, forms and events start nothing until it is published again, and starting it is 409
        `not_published`. Open runs go on, and all versions stay."""
        return _answer(services.unpublish(workflow_id=as_id(workflow_id), user=acting_user(request)))

    @extend_schema(summary="Copy a workflow", request=None, responses={201: WorkflowShape})
    def duplicate(self, request: Request, workflow_id: str) -> Response:
        """A draft with a name and a code of its own."""
        copy = services.duplicate(workflow_id=as_id(workflow_id), user=acting_user(request))
        return _answer(copy, status.HTTP_201_CREATED)


def _answer(workflow: Workflow, code: int = status.HTTP_200_OK) -> Response:
    return Response(WorkflowShape(workflow).data, status=code, headers={"ETag": f'"{workflow.version}"'})


def _expected(request: Request, written: Any) -> services.Expected:
    """What the person saw, by header and by body; a `version` that is no number is left to the form."""
    version = written.get("version") if isinstance(written, dict) else None
    is_number = isinstance(version, int) and not isinstance(version, bool)
    return services.Expected(version=version if is_number else None, etag=request.headers.get("If-Match"))
