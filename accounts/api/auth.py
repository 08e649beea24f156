"""`/auth/…`: from a password to tokens, from tokens to fresh ones, and out."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import logins, tokens
from accounts.api.people_fields import PasswordField
from accounts.api.strict import StrictSerializer
from accounts.errors import NotLoggedIn
from accounts.tokens import TokenPair


class CredentialsSerializer(StrictSerializer):
    username = serializers.CharField(max_length=150)
    password = PasswordField()


class RefreshSerializer(StrictSerializer):
    refresh = serializers.CharField(max_length=tokens.MAX_LENGTH)


class LogoutSerializer(StrictSerializer):
    refresh = serializers.CharField(max_length=tokens.MAX_LENGTH, required=False)


class TokenPairSerializer(serializers.Serializer):
    access = serializers.CharField(help_text="For the header `Authorization: Bearer …`.")
    refresh = serializers.CharField(help_text="Good for one call of /auth/token/refresh within 7 days.")
    expiresIn = serializers.IntegerField(source="expires_in", help_text="Seconds until `access` expires.")


class OpenView(APIView):
    """A view that does not ask who is calling; the views below are all of them."""

    authentication_classes = []
    permission_classes = [AllowAny]


class TokenView(OpenView):
    @extend_schema(
        summary="Log in", request=CredentialsSerializer, responses=TokenPairSerializer, auth=[], tags=["auth"]
    )
    def post(self, request: Request) -> Response:
        """Five failures a minute with one login from one address, or twenty with any, answer 429."""
        form = CredentialsSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        user = logins.log_in(**form.validated_data, address=logins.client_address(request.META))
        return _answer(tokens.open_session(user=user))


class RefreshView(OpenView):
    @extend_schema(
        summary="Exchange a refresh token",
        request=RefreshSerializer,
        responses=TokenPairSerializer,
        auth=[],
        tags=["auth"],
    )
    def post(self, request: Request) -> Response:
        """Each refresh token is good once; one that comes back revokes everything that grew from its log-in."""
        form = RefreshSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return _answer(tokens.refresh(form.validated_data["refresh"]))


class LogoutView(OpenView):
    @extend_schema(summary="Log out", request=LogoutSerializer, responses={204: None}, tags=["auth"])
    def post(self, request: Request) -> Response:
        """Revokes the log-in of `refresh`, or else of the bearer token: access and refresh tokens alike."""
        form = LogoutSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        raw = form.validated_data.get("refresh") or tokens.bearer(request)
        if raw is None:
            raise NotLoggedIn
        tokens.log_out(raw)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _answer(pair: TokenPair) -> Response:
    response = Response(TokenPairSerializer(pair).data)
    response["Cache-Control"] = "no-store"
    return response
