"""`/wildberries/token`: what is known about the installation's token."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts import services as accounts
from accounts.permissions import acting_user
from integrations.wildberries import token_card


class PingShape(serializers.Serializer[Any]):
    """Whether a service takes the token."""

    service = serializers.ChoiceField(choices=["promotion", "statistics"])
    ok = serializers.BooleanField()
    error = serializers.CharField(allow_null=True)


class TokenCardShape(serializers.Serializer[Any]):
    """What a token says of itself, read without being verified, and what Wildberries says of it. Never the token."""

    configured = serializers.BooleanField()
    readable = serializers.BooleanField()
    kind = serializers.ChoiceField(choices=["basic", "test", "personal", "service"], allow_null=True)
    seller = serializers.CharField(allow_null=True, help_text="The seller's id in the token, by which limits are kept.")
    expiresAt = serializers.DateTimeField(source="expires_at", allow_null=True)
    daysLeft = serializers.IntegerField(source="days_left", allow_null=True, help_text="Negative when it has expired.")
    categories = serializers.ListField(child=serializers.CharField(), allow_null=True)
    readOnly = serializers.BooleanField(source="read_only")
    warnings = serializers.ListField(
        child=serializers.ChoiceField(
            choices=["missing", "unreadable", "expired", "expires_soon", "no_promotion", "no_statistics"]
        )
    )
    pings = PingShape(many=True)


class TokenQuery(serializers.Serializer[None]):
    """`ping` asks Wildberries; without it nothing leaves the installation."""

    ping = serializers.BooleanField(required=False, default=False)


class WildberriesTokenViewSet(ViewSet):
    """For those who build workflows: the token is the installation's."""

    action_roles = {"retrieve": "wildberries.view"}

    @extend_schema(
        summary="The Wildberries token",
        operation_id="wildberries_token",
        parameters=[TokenQuery],
        responses=TokenCardShape,
    )
    def retrieve(self, request: Request) -> Response:
        accounts.require(acting_user(request), "wildberries.view", accounts.default_project().pk)
        query = TokenQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        return Response(TokenCardShape(token_card.look(ping=query.validated_data["ping"])).data)
