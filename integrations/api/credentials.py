"""`/credentials`: secrets for outside systems. They go in and never come out again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.strict import StrictSerializer
from accounts.permissions import acting_user
from integrations import keeping_credentials
from integrations.errors import CredentialNotFound
from integrations.keeping_credentials import LONGEST, Wanted
from integrations.models import Credential
from integrations.trying_credentials import try_out

SECRET: dict[str, Any] = {"max_length": LONGEST, "trim_whitespace": False, "write_only": True}


class CredentialShape(serializers.ModelSerializer[Credential]):
    """A credential as everybody sees it: `hasValue` is all that is told about the secret."""

    project = serializers.CharField(source="project.code")
    hosts = serializers.ListField(child=serializers.CharField(), source="allowed_hosts")
    settings = serializers.DictField(child=serializers.CharField())
    sharedWith: Any = serializers.SlugRelatedField(many=True, slug_field="code", source="shared_with", read_only=True)
    hasValue = serializers.SerializerMethodField()
    revokedAt = serializers.DateTimeField(source="revoked_at", allow_null=True)
    lastUsedAt = serializers.DateTimeField(source="last_used_at", allow_null=True)
    lastExecutionId = serializers.UUIDField(source="last_execution_id", allow_null=True)
    createdAt = serializers.DateTimeField(source="created_at")
    updatedAt = serializers.DateTimeField(source="updated_at")

    class Meta:
        model = Credential
        fields = [
            "id",
            "project",
            "name",
            "kind",
            "settings",
            "hosts",
            "sharedWith",
            "hasValue",
            "revokedAt",
            "lastUsedAt",
            "lastExecutionId",
            "createdAt",
            "updatedAt",
        ]
        read_only_fields = fields

    def get_hasValue(self, row: Credential) -> bool:  # noqa: N802 - a field of the API
        return bool(row.ciphertext)


class UserShape(serializers.Serializer[Any]):
    """A node of a published workflow that names the credential."""

    workflowId = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()
    nodeId = serializers.CharField()


class OneCredentialShape(CredentialShape):
    """The same, with the published workflows that name it."""

    usedBy = serializers.SerializerMethodField()

    class Meta(CredentialShape.Meta):
        fields = [*CredentialShape.Meta.fields, "usedBy"]
        read_only_fields = fields

    @extend_schema_field(UserShape(many=True))
    def get_usedBy(self, row: Credential) -> list[dict[str, str]]:  # noqa: N802 - a field of the API
        return keeping_credentials.users_of(row.pk)


class CredentialFields(StrictSerializer):
    """What can be said of a credential. The secret is written only."""

    name = serializers.CharField(max_length=200, required=False)
    value = serializers.CharField(**SECRET, required=False, help_text="The token, password, key or DSN")
    login = serializers.CharField(max_length=500, write_only=True, required=False, allow_blank=True)
    settings = serializers.DictField(required=False)
    hosts = serializers.ListField(
        child=serializers.CharField(max_length=253),
        required=False,
        max_length=100,
        help_text="Where it may be sent: `api.example.org`, `*.example.org`, or `*` for anywhere",
    )
    sharedWith = serializers.ListField(
        child=serializers.SlugField(), required=False, max_length=100, help_text="Codes of projects that may use it"
    )

    def wanted(self) -> Wanted:
        said: Any = self.validated_data
        return Wanted(
            name=said.get("name"),
            value=said.get("value"),
            login=said.get("login"),
            settings=said.get("settings"),
            hosts=said.get("hosts"),
            shared_with=said.get("sharedWith"),
            revoked=said.get("revoked"),
        )


class NewCredential(CredentialFields):
    """A new credential; `kind` says what its parts mean."""

    name = serializers.CharField(max_length=200)
    kind = serializers.ChoiceField(choices=Credential.Kind.choices)
    value = serializers.CharField(**SECRET)
    project = serializers.SlugField(required=False, help_text="Code of the project; the person's own by default")


class ChangedCredential(CredentialFields):
    """What changes. Login, settings and hosts change only together with the secret."""

    revoked = serializers.BooleanField(required=False, help_text="Take it out of use at once, or put it back")


class TrialRequest(StrictSerializer):
    """Whom to ask; without an address the service of the kind is asked, if it has one."""

    url = serializers.URLField(required=False, max_length=2000)


class TrialShape(serializers.Serializer[Any]):
    """Whether it opens the door. `ok` is null where there is nothing to ask without an address."""

    ok = serializers.BooleanField(allow_null=True)
    code = serializers.CharField()
    message = serializers.CharField(allow_blank=True)
    details = serializers.DictField()
    seconds = serializers.FloatField()


class CredentialFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(choices=Credential.Kind.choices)

    class Meta:
        model = Credential
        fields: list[str] = []


class CredentialViewSet(GenericViewSet[Credential]):
    """Whoever makes workflows may see which credentials there are and name them; admins look after them."""

    action_roles = {
        "list": "credential.use",
        "retrieve": "credential.use",
        "create": "credential.manage",
        "change": "credential.manage",
        "destroy": "credential.manage",
        "attempt": "credential.manage",
    }
    queryset = Credential.objects.none()
    serializer_class = CredentialShape
    filterset_class = CredentialFilter

    def get_queryset(self) -> QuerySet[Credential]:
        return keeping_credentials.visible_to(self.request.user)

    @extend_schema(summary="Credentials that may be used", operation_id="credentials_list")
    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(summary="One credential", operation_id="credentials_retrieve", responses=OneCredentialShape)
    def retrieve(self, request: Request, credential_id: str) -> Response:
        """With the published workflows that name it."""
        return Response(OneCredentialShape(self._row(credential_id)).data)

    @extend_schema(
        summary="Keep a new credential",
        operation_id="credentials_create",
        request=NewCredential,
        responses={201: OneCredentialShape},
    )
    def create(self, request: Request) -> Response:
        """The secret can be used from now on, and not be read."""
        form: Any = NewCredential(data=request.data)
        form.is_valid(raise_exception=True)
        row = keeping_credentials.create(
            user=acting_user(request),
            kind=form.validated_data["kind"],
            wanted=form.wanted(),
            project=form.validated_data.get("project"),
        )
        return Response(OneCredentialShape(row).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        summary="Change a credential",
        operation_id="credentials_change",
        request=ChangedCredential,
        responses=OneCredentialShape,
    )
    def change(self, request: Request, credential_id: str) -> Response:
        """The next step that uses it gets what is new."""
        form = ChangedCredential(data=request.data)
        form.is_valid(raise_exception=True)
        row = keeping_credentials.change(
            credential_id=_id(credential_id), user=acting_user(request), wanted=form.wanted()
        )
        return Response(OneCredentialShape(row).data)

    @extend_schema(summary="Delete a credential", operation_id="credentials_destroy", responses={204: None})
    def destroy(self, request: Request, credential_id: str) -> Response:
        """409 with `usedBy` while published workflows name it."""
        keeping_credentials.delete(credential_id=_id(credential_id), user=acting_user(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        summary="Try a credential out", operation_id="credentials_test", request=TrialRequest, responses=TrialShape
    )
    def attempt(self, request: Request, credential_id: str) -> Response:
        """One harmless call to its service, or to `url`. 200 whatever came of it."""
        form: Any = TrialRequest(data=request.data)
        form.is_valid(raise_exception=True)
        trial = try_out(credential_id=_id(credential_id), user=acting_user(request), url=form.validated_data.get("url"))
        return Response(TrialShape(trial).data)

    def _row(self, credential_id: str) -> Credential:
        row = self.get_queryset().filter(pk=_id(credential_id)).first()
        if row is None:
            raise CredentialNotFound(credential=credential_id[:100])
        return row


def _id(text: str) -> UUID:
    """Raises `CredentialNotFound` for what is no id."""
    try:
        return UUID(text)
    except ValueError:
        raise CredentialNotFound(credential=text[:100]) from None
