"""`/users`: the people of the installation, for those who manage them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts import services
from accounts.api.people_fields import (
    LARGEST_TELEGRAM_ID,
    PasswordField,
    PersonSerializer,
    RolesField,
    UsernameField,
)
from accounts.models import User
from accounts.permissions import acting_user


class UserSerializer(PersonSerializer):
    """A person as an admin sees and changes them."""

    telegramId = serializers.IntegerField(
        source="telegram_id", min_value=1, max_value=LARGEST_TELEGRAM_ID, allow_null=True, required=False
    )
    roles = RolesField(required=False)
    isActive = serializers.BooleanField(source="is_active", required=False)
    password = PasswordField(required=False)


class NewUserSerializer(UserSerializer):
    """A person to be created: without `roles` they have none."""

    username = UsernameField()
    password = PasswordField()


@extend_schema_view(
    list=extend_schema(summary="List people"),
    retrieve=extend_schema(summary="One person"),
)
class UserViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet):
    queryset = User.objects.none()
    serializer_class = UserSerializer
    lookup_value_regex = r"[0-9]{1,18}"
    action_roles = dict.fromkeys(("list", "retrieve", "create", "partial_update", "destroy"), "user.manage")

    def get_queryset(self) -> QuerySet[User]:
        return services.people_visible_to(acting_user(self.request))

    @extend_schema(summary="Create a person", request=NewUserSerializer, responses={201: UserSerializer})
    def create(self, request: Request) -> Response:
        services.require(request.user, "user.manage", services.default_project().pk)
        form = NewUserSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        user = services.create_user(**form.validated_data)
        return Response(UserSerializer(user).data, status=status.HTTP_201_CREATED)

    @extend_schema(summary="Change a person", request=UserSerializer(partial=True), responses=UserSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """A changed password or role, like `isActive: false`, makes the person's tokens worthless at once."""
        user = self._managed()
        form = UserSerializer(user, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        changes: dict[str, Any] = form.validated_data
        if "roles" in changes:
            services.require(request.user, "user.manage", services.default_project().pk)
        user = services.change_user(user=user, **changes)
        return Response(UserSerializer(user).data)

    @extend_schema(summary="Deactivate a person", responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Closes the person's way in; what they did stays, and `isActive: true` opens it again."""
        services.deactivate_user(user=self._managed())
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _managed(self) -> User:
        """The person of this address; raises `Http404`, `Forbidden`."""
        user: User = self.get_object()
        services.require_management(acting_user(self.request), user)
        return user
