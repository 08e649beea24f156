"""`/me`: the person behind the token."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import logins, services
from accounts.api.people_fields import PasswordField, PersonSerializer, RolesField
from accounts.errors import WrongPassword
from accounts.models import User
from accounts.permissions import acting_user

PROJECT_SCHEMA = {
    "type": "object",
    "properties": {
        "id": {"type": "integer"},
        "code": {"type": "string"},
        "name": {"type": "string"},
        "role": {"type": "string"},
    },
}


class MeSerializer(PersonSerializer):
    """What people may change about themselves; a new `password` needs `currentPassword`."""

    telegramId = serializers.IntegerField(source="telegram_id", read_only=True, allow_null=True)
    roles = RolesField(read_only=True)
    projects = serializers.SerializerMethodField()
    isStaff = serializers.BooleanField(source="is_staff", read_only=True)
    password = PasswordField(required=False)
    currentPassword = PasswordField(required=False)

    @extend_schema_field({"type": "array", "items": PROJECT_SCHEMA})
    def get_projects(self, user: User) -> list[dict[str, Any]]:
        return [
            {
                "id": membership.project.pk,
                "code": membership.project.code,
                "name": membership.project.name,
                "role": membership.role,
            }
            for membership in user.memberships.all()
        ]


class MeView(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(summary="Who am I", responses=MeSerializer)
    def get(self, request: Request) -> Response:
        return Response(MeSerializer(self._me()).data)

    @extend_schema(summary="Change my own data", request=MeSerializer(partial=True), responses=MeSerializer)
    def patch(self, request: Request) -> Response:
        """A new password makes all tokens worthless, also the one of this request."""
        user = self._me()
        form = MeSerializer(user, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        changes: dict[str, Any] = form.validated_data
        present = changes.pop("currentPassword", "")
        if "password" in changes:
            self._check(user, present)
        services.change_user(user=user, **changes)
        return Response(MeSerializer(self._me()).data)

    def _me(self) -> User:
        return User.objects.prefetch_related("memberships__project").get(pk=acting_user(self.request).pk)

    def _check(self, user: User, password: str) -> None:
        """Raise `WrongPassword` or `TooManyAttempts`: a stolen token must not be a way to guess."""
        attempt = logins.reserve(username=user.username, address=logins.client_address(self.request.META))
        if not user.check_password(password):
            raise WrongPassword
        logins.forgive(attempt)
