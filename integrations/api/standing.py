"""`/breakers` and `/limits`: which hosts are left alone now, for those who run the installation."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts import services as accounts
from integrations import standing


class BreakerShape(serializers.Serializer[Any]):
    """A circuit breaker of a host, with a credential or without. `until` is when an open one lets a probe through."""

    key = serializers.CharField()
    credential = serializers.CharField(allow_null=True)
    host = serializers.CharField()
    state = serializers.ChoiceField(choices=["closed", "open", "half_open"])
    failures = serializers.IntegerField()
    successes = serializers.IntegerField()
    trips = serializers.IntegerField()
    until = serializers.DateTimeField(allow_null=True)


class LimitShape(serializers.Serializer[Any]):
    """A rate limit that rests: the other side has `refused` (429), or its tokens are `used_up`."""

    key = serializers.CharField()
    reason = serializers.ChoiceField(choices=["refused", "used_up"])
    until = serializers.DateTimeField()


class BreakerViewSet(GenericViewSet[Any]):
    """Circuit breakers that have met a failure in the last quarter of an hour."""

    action_roles = {"list": "installation.view", "reset": "installation.view"}
    serializer_class = BreakerShape
    filter_backends: list[Any] = []

    @extend_schema(summary="Circuit breakers, the open ones first", operation_id="breakers_list")
    def list(self, request: Request) -> Response:
        """503 while Valkey is away."""
        accounts.require(request.user, "installation.view", accounts.default_project().pk)
        page = self.paginate_queryset(standing.circuits())
        return self.get_paginated_response(BreakerShape(page, many=True).data)

    @extend_schema(
        summary="Close a circuit breaker", operation_id="breakers_reset", request=None, responses={204: None}
    )
    def reset(self, request: Request, key: str) -> Response:
        """Its host is called again at once."""
        accounts.require(request.user, "installation.view", accounts.default_project().pk)
        standing.close(key)
        return Response(status=status.HTTP_204_NO_CONTENT)


class LimitViewSet(GenericViewSet[Any]):
    """Rate limits that rest now."""

    action_roles = {"list": "installation.view"}
    serializer_class = LimitShape
    filter_backends: list[Any] = []

    @extend_schema(summary="Rate limits that rest, the longest first", operation_id="limits_list")
    def list(self, request: Request) -> Response:
        """503 while Valkey is away."""
        accounts.require(request.user, "installation.view", accounts.default_project().pk)
        page = self.paginate_queryset(standing.buckets())
        return self.get_paginated_response(LimitShape(page, many=True).data)
