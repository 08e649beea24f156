"""`/workflows/{id}/pins` and `/workflows/{id}/preview`: the data on which somebody tries what is being drawn."""

from __future__ import annotations

from typing import Any

from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.strict import StrictSerializer
from accounts.permissions import acting_user
from workflows import services
from workflows.api.lookup import as_id, find_workflow
from workflows.api.shapes import DefinitionField
from workflows.models import Pin

MAX_ITEMS = 100


@extend_schema_field(OpenApiTypes.OBJECT)
class JsonField(serializers.Field):
    """Any JSON, as our own reader has read it."""

    def to_internal_value(self, data: Any) -> Any:
        return data

    def to_representation(self, value: Any) -> Any:
        return value


class PinShape(serializers.Serializer):
    """Items that a node gives in tests, by output."""

    nodeId = serializers.CharField(source="node_id")
    ports = JsonField(help_text="`{output: [items]}`")
    setBy = serializers.CharField(source="set_by.username", default=None, allow_null=True)
    setAt = serializers.DateTimeField(source="set_at")


class PinsShape(serializers.Serializer):
    results = PinShape(many=True)


class PinRequest(StrictSerializer):
    """The items to be pinned."""

    ports = JsonField(help_text="`{output: [items]}`: lists of objects")


class PinViewSet(GenericViewSet[Pin]):
    """Pinned data of nodes."""

    queryset = Pin.objects.none()
    serializer_class = PinShape
    filter_backends = []
    pagination_class = None
    action_roles = {"list": "workflow.view", "replace": "workflow.edit", "destroy": "workflow.edit"}

    @extend_schema(
        summary="Pinned data of a workflow",
        operation_id="workflows_pins_read",
        responses={200: forced_singular_serializer(PinsShape)},
    )
    def list(self, request: Request, workflow_id: str) -> Response:
        workflow = find_workflow(request.user, workflow_id)
        return Response(PinsShape({"results": services.pins_of(workflow.pk)}).data)

    @extend_schema(summary="Pin data to a node", operation_id="workflows_pins_replace", request=PinRequest)
    def replace(self, request: Request, workflow_id: str, node_id: str) -> Response:
        """Tests take them in the place of running the node. The definition does not change, nor does any real run."""
        form = PinRequest(data=request.data)
        form.is_valid(raise_exception=True)
        kept = services.pin(
            workflow_id=as_id(workflow_id),
            user=acting_user(request),
            node_id=node_id,
            ports=form.validated_data["ports"],
        )
        return Response(PinShape(kept).data)

    @extend_schema(summary="Unpin the data of a node", operation_id="workflows_pins_destroy", responses={204: None})
    def destroy(self, request: Request, workflow_id: str, node_id: str) -> Response:
        services.unpin(workflow_id=as_id(workflow_id), user=acting_user(request), node_id=node_id)
        return Response(status=204)


class PreviewRequest(StrictSerializer):
    """A text with expressions, and the data on which it is tried."""

    text = serializers.CharField(max_length=20_000, trim_whitespace=False)
    items = serializers.ListField(child=JsonField(), required=False, max_length=MAX_ITEMS)
    nodes = serializers.DictField(
        child=serializers.ListField(child=JsonField(), max_length=MAX_ITEMS),
        required=False,
        help_text="Items of earlier nodes by their names",
    )
    inputData = JsonField(required=False)
    index = serializers.IntegerField(required=False, default=0, min_value=0, max_value=MAX_ITEMS - 1)


class PreviewShape(serializers.Serializer):
    """What the text gives; `error` where it gives nothing."""

    text = serializers.CharField()
    kind = serializers.ChoiceField(choices=["string", "number", "boolean", "array", "object", "null"])
    isCut = serializers.BooleanField(source="is_cut")
    error = serializers.CharField(allow_null=True)


class PreviewViewSet(GenericViewSet):
    """Expressions, tried before they are run."""

    serializer_class = PreviewShape
    action_roles = {"create": "workflow.edit"}

    @extend_schema(
        summary="Try an expression",
        operation_id="workflows_preview",
        request=PreviewRequest,
        responses={200: PreviewShape},
    )
    def create(self, request: Request, workflow_id: str) -> Response:
        """Nothing is saved or run. Programs are evaluated where those of runs are, with the same limits."""
        workflow = find_workflow(request.user, workflow_id)
        form = PreviewRequest(data=request.data)
        form.is_valid(raise_exception=True)
        written = form.validated_data
        given = written.get("inputData")
        sample = services.Sample(
            written.get("items", []), written.get("nodes", {}), given if isinstance(given, dict) else {}
        )
        shown = services.preview(workflow=workflow, text=written["text"], sample=sample, index=written["index"])
        return Response(PreviewShape(shown).data)


class ProposalsRequest(StrictSerializer):
    """A definition as it is drawn now."""

    definition = DefinitionField()


class DrawnProposalShape(serializers.Serializer):
    """A link, or a notification, that would cure a finding: what it would add to the definition."""

    nodeId = serializers.CharField(source="node_id", help_text="The node that the finding is about")
    code = serializers.CharField(source="proposal.code")
    source = serializers.CharField(source="proposal.source", help_text="Name of the node that the link would leave")  # type: ignore[assignment]
    target = serializers.CharField(source="proposal.target", allow_null=True, help_text="Null for a new notification")
    because = serializers.CharField(source="proposal.because")
    nodes = JsonField(help_text="Nodes to be added")
    edges = JsonField(help_text="Edges to be added")


class DrawnProposalViewSet(GenericViewSet):
    """Repairs of what is not saved yet."""

    serializer_class = DrawnProposalShape
    pagination_class = None
    filter_backends = []
    action_roles = {"create": "workflow.edit"}

    @extend_schema(
        summary="Repairs of a definition that is being drawn",
        operation_id="workflows_proposals",
        request=ProposalsRequest,
        responses={200: DrawnProposalShape(many=True)},
    )
    def create(self, request: Request, workflow_id: str) -> Response:
        """Nothing is changed: whoever draws puts in what they like."""
        find_workflow(request.user, workflow_id)
        form = ProposalsRequest(data=request.data)
        form.is_valid(raise_exception=True)
        found = services.drawn_proposals(form.validated_data["definition"])
        return Response(DrawnProposalShape(found, many=True).data)
