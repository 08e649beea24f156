"""`/health/checks`: whether the desk can work, for those who look after the installation."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tickets import doctor


class FindingShape(serializers.Serializer):
    """One check; `cause` and `cure` are empty when all is well."""

    code = serializers.CharField()
    title = serializers.CharField()
    ok = serializers.BooleanField()
    said = serializers.CharField()
    cause = serializers.CharField()
    cure = serializers.CharField()


class HealthChecksView(APIView):
    action_roles = {"get": "installation.view"}

    @extend_schema(summary="Whether tickets reach people, and if not, why", responses=FindingShape(many=True))
    def get(self, request: Request) -> Response:
        return Response(FindingShape(doctor.examine(), many=True).data)
