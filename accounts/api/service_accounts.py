"""`/service-accounts`: tokens for programmes. A token is shown once, when it is made."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts import services, tokens
from accounts.api.people_fields import RolesField
from accounts.api.strict import StrictSerializer
from accounts.models import ServiceAccount
from accounts.permissions import acting_user

DEFAULT_TERM = timedelta(days=365)
LONGEST_TERM = timedelta(days=3650)


class ServiceAccountSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=100)
    roles = RolesField()
    createdBy = serializers.IntegerField(source="created_by_id", read_only=True, allow_null=True)
    createdAt = serializers.DateTimeField(source="created_at", read_only=True)
    expiresAt = serializers.DateTimeField(source="expires_at", read_only=True)
    revokedAt = serializers.DateTimeField(source="revoked_at", read_only=True, allow_null=True)


class NewServiceAccountSerializer(StrictSerializer):
    """The term is `termDays` or `termSeconds`; a year without either."""

    name = serializers.CharField(max_length=100)
    roles = RolesField()
    termDays = serializers.IntegerField(min_value=1, max_value=LONGEST_TERM.days, required=False)
    termSeconds = serializers.IntegerField(min_value=1, max_value=int(LONGEST_TERM.total_seconds()), required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        days, seconds = attrs.pop("termDays", None), attrs.pop("termSeconds", None)
        if days is not None and seconds is not None:
            raise serializers.ValidationError({"termDays": _("Срок задаётся или в днях, или в секундах")})
        attrs["term"] = DEFAULT_TERM if days is seconds is None else timedelta(days=days or 0, seconds=seconds or 0)
        return attrs


class CreatedServiceAccountSerializer(ServiceAccountSerializer):
    token = serializers.CharField(read_only=True, help_text="Shown only here and only now.")


@extend_schema_view(
    list=extend_schema(summary="List service accounts"),
    retrieve=extend_schema(summary="One service account"),
)
class ServiceAccountViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet):
    queryset = ServiceAccount.objects.none()
    serializer_class = ServiceAccountSerializer
    lookup_value_regex = r"[0-9]{1,18}"
    action_roles = dict.fromkeys(("list", "retrieve", "create", "destroy"), "user.manage")

    def get_queryset(self) -> QuerySet[ServiceAccount]:
        managed = services.project_ids(self.request.user, action="user.manage")
        accounts = ServiceAccount.objects.filter(project_id__in=managed)
        return accounts.prefetch_related("user__memberships__project")

    @extend_schema(
        summary="Create a service account",
        request=NewServiceAccountSerializer,
        responses={201: CreatedServiceAccountSerializer},
    )
    def create(self, request: Request) -> Response:
        services.require(request.user, "user.manage", services.default_project().pk)
        form = NewServiceAccountSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        account = services.create_service_account(**form.validated_data, created_by=acting_user(request))
        body = {**ServiceAccountSerializer(account).data, "token": tokens.issue_service_token(account)}
        return Response(body, status=status.HTTP_201_CREATED, headers={"Cache-Control": "no-store"})

    @extend_schema(summary="Revoke a service account", responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """The token is refused from now on; the account stays in the list with `revokedAt`."""
        services.revoke_service_account(account=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)
