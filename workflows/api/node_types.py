"""`/node-types`: what nodes there are, with the schema of their configs."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from workflows import catalogue
from workflows.graph import palettes
from workflows.models import Workflow


class PortShape(serializers.Serializer):
    name = serializers.CharField()
    title = serializers.CharField()
    required = serializers.BooleanField()  # type: ignore[assignment]  # an attribute of Field, and a name of the API


class RetryDefaultsShape(serializers.Serializer):
    attempts = serializers.IntegerField()
    backoff = serializers.ChoiceField(choices=["fixed", "exponential"])
    delaySeconds = serializers.FloatField()
    capSeconds = serializers.FloatField()


class EngineDefaultsShape(serializers.Serializer):
    """What holds where `data.settings` says nothing."""

    timeoutSeconds = serializers.FloatField()
    retry = RetryDefaultsShape()


class NodeTypeShape(serializers.Serializer):
    """A node type: what it is called, what it takes and gives, and the JSON schema of its config."""

    type = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField()
    group = serializers.CharField()
    configSchema = serializers.DictField()
    inputs = PortShape(many=True)
    outputs = PortShape(many=True)
    starts = serializers.BooleanField(help_text="A trigger: it begins runs by itself and has no inputs")
    loops = serializers.BooleanField(help_text="Its port `loop` leads into a body that runs many times")
    returns = serializers.BooleanField(help_text="What it is given is what the run gives back; nothing may follow it")
    package = serializers.CharField(help_text="The installed package that it comes with; empty for our own")
    weight = serializers.ChoiceField(choices=["inline", "io", "cpu"])
    repeatable = serializers.BooleanField(help_text="Safe to run twice")
    stores = serializers.ChoiceField(choices=["raw", "processed"], allow_null=True)
    defaults = EngineDefaultsShape()


class NodeTypeQuery(serializers.Serializer):
    """How the list is narrowed down."""

    kind = serializers.ChoiceField(
        choices=Workflow.Kind.choices, required=False, help_text="Only what a workflow of this kind may hold"
    )


class NodeTypeViewSet(GenericViewSet):
    serializer_class = NodeTypeShape
    filter_backends = []
    action_roles = {"list": "node_type.view", "retrieve": "node_type.view"}

    @extend_schema(summary="List node types", parameters=[NodeTypeQuery], responses=NodeTypeShape(many=True))
    def list(self, request: Request) -> Response:
        query = NodeTypeQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        kind = query.validated_data.get("kind", Workflow.Kind.FLOW)
        offered = [found for found in catalogue.all_types() if _may_hold(kind, found.type)]
        page = self.paginate_queryset(offered)
        return self.get_paginated_response([catalogue.describe(node_type) for node_type in page or []])

    @extend_schema(summary="One node type", responses=NodeTypeShape)
    def retrieve(self, request: Request, node_type: str) -> Response:
        return Response(catalogue.describe(catalogue.get(node_type)))


def _may_hold(kind: str, node_type: str) -> bool:
    return palettes.allows(kind, node_type, catalogue.facts(node_type))
