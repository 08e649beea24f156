"""`/node-types`: what nodes there are, with the schema of their configs."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from workflows import catalogue


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
    weight = serializers.ChoiceField(choices=["inline", "io", "cpu"])
    repeatable = serializers.BooleanField(help_text="Safe to run twice")
    stores = serializers.ChoiceField(choices=["raw", "processed"], allow_null=True)
    defaults = EngineDefaultsShape()


class NodeTypeViewSet(GenericViewSet):
    serializer_class = NodeTypeShape
    filter_backends = []
    action_roles = {"list": "node_type.view", "retrieve": "node_type.view"}

    @extend_schema(summary="List node types", responses=NodeTypeShape(many=True))
    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(catalogue.all_types())
        return self.get_paginated_response([catalogue.describe(node_type) for node_type in page or []])

    @extend_schema(summary="One node type", responses=NodeTypeShape)
    def retrieve(self, request: Request, node_type: str) -> Response:
        return Response(catalogue.describe(catalogue.get(node_type)))
