"""`/workflow-templates`: ready workflows, and making one's own from them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts.api.strict import StrictSerializer
from accounts.permissions import acting_user
from workflows import services
from workflows.api.shapes import WorkflowShape


class TemplateShape(serializers.Serializer[services.Template]):
    """A ready workflow in the language of the reader."""

    slug = serializers.SlugField()
    name = serializers.CharField()
    description = serializers.CharField()
    kind = serializers.CharField()
    nodeTypes = serializers.ListField(source="node_types", child=serializers.CharField())
    definition = serializers.JSONField()


class FromTemplate(StrictSerializer):
    """Without a name the workflow is called as the template."""

    name = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)


class TemplateViewSet(ViewSet):
    action_roles = {"list": "workflow.view", "create": "workflow.edit"}

    @extend_schema(
        summary="Ready workflows", operation_id="workflow_templates_list", responses=TemplateShape(many=True)
    )
    def list(self, request: Request) -> Response:
        """All of them, by name."""
        return Response([TemplateShape(one).data for one in services.templates()])

    @extend_schema(
        summary="Make a workflow from a template",
        operation_id="workflow_templates_create",
        request=FromTemplate,
        responses={201: WorkflowShape},
    )
    def create(self, request: Request, slug: str) -> Response:
        """A draft: what is to be written in, such as addresses and chats, is yours to fill in before publishing."""
        form: Any = FromTemplate(data=request.data)
        form.is_valid(raise_exception=True)
        made = services.create_from_template(slug=slug, user=acting_user(request), name=form.validated_data["name"])
        return Response(WorkflowShape(made).data, status=status.HTTP_201_CREATED)
