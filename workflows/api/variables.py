"""`/variables`: values that the workflows of a project share."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.strict import StrictSerializer
from accounts.permissions import acting_user
from workflows import services
from workflows.errors import VariableNotFound
from workflows.models import VARIABLE_KEY, Variable


class AnyJson(serializers.JSONField):
    """Any JSON value, also null."""


class VariableShape(serializers.Serializer):
    """A variable as it is read."""

    id = serializers.IntegerField()
    project = serializers.CharField(source="project.code")
    key = serializers.CharField()
    value = AnyJson(allow_null=True)
    createdAt = serializers.DateTimeField(source="created_at")
    updatedAt = serializers.DateTimeField(source="updated_at")


class WrittenVariable(StrictSerializer):
    """What may be written of a variable."""

    key = serializers.RegexField(VARIABLE_KEY, help_text="Read as `$vars.key` in expressions")
    value = AnyJson(allow_null=True, help_text="Any JSON. Not a secret: everybody in the project reads it")


class NewVariable(WrittenVariable):
    """A variable that is to be made."""

    project = serializers.CharField(required=False, help_text="The code of a project; without it the default one")


class VariableViewSet(mixins.ListModelMixin, GenericViewSet):
    queryset = Variable.objects.none()
    serializer_class = VariableShape
    filter_backends = []
    action_roles = {
        "list": "variable.view",
        "retrieve": "variable.view",
        "create": "variable.edit",
        "replace": "variable.edit",
        "destroy": "variable.edit",
    }

    def get_queryset(self) -> QuerySet[Variable]:
        return Variable.objects.visible_to(acting_user(self.request)).select_related("project")

    @extend_schema(summary="Create a variable", request=NewVariable, responses={201: VariableShape})
    def create(self, request: Request) -> Response:
        """409 when the project has one of this name."""
        form = NewVariable(data=request.data)
        form.is_valid(raise_exception=True)
        variable = services.create_variable(user=acting_user(request), **form.validated_data)
        return Response(VariableShape(variable).data, status.HTTP_201_CREATED)

    @extend_schema(summary="One variable", responses=VariableShape)
    def retrieve(self, request: Request, variable_id: int) -> Response:
        variable = self.get_queryset().filter(pk=variable_id).first()
        if variable is None:
            raise VariableNotFound
        return Response(VariableShape(variable).data)

    @extend_schema(summary="Replace a variable", request=WrittenVariable, responses=VariableShape)
    def replace(self, request: Request, variable_id: int) -> Response:
        """Runs read the new value from their next step on."""
        form = WrittenVariable(data=request.data)
        form.is_valid(raise_exception=True)
        written: dict[str, Any] = dict(form.validated_data)
        variable = services.replace_variable(user=acting_user(request), variable_id=variable_id, **written)
        return Response(VariableShape(variable).data)

    @extend_schema(summary="Delete a variable", responses={204: None})
    def destroy(self, request: Request, variable_id: int) -> Response:
        """Expressions that name it find null."""
        services.delete_variable(user=acting_user(request), variable_id=variable_id)
        return Response(status=status.HTTP_204_NO_CONTENT)
