"""`/notices`: what runs wanted people to know."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts import services as accounts
from executions.errors import NoticeNotFound
from executions.models import Notice
from executions.services import saved_errors
from executions.shapes import PersonShape


class NoticeShape(serializers.Serializer[Notice]):
    """A notice; `seenBy` is who has said first that it has been read."""

    id = serializers.UUIDField()
    severity = serializers.ChoiceField(choices=Notice.Severity.values)
    title = serializers.CharField()
    text = serializers.CharField()
    workflowId = serializers.UUIDField(source="workflow_id")
    workflowName = serializers.CharField(source="workflow.name")
    executionId = serializers.UUIDField(source="execution_id")
    nodeId = serializers.CharField(source="node_id")
    at = serializers.DateTimeField()
    seenBy = PersonShape(source="seen_by", allow_null=True)
    seenAt = serializers.DateTimeField(source="seen_at", allow_null=True)


class NoticeFilter(filters.FilterSet):
    severity = filters.ChoiceFilter(choices=Notice.Severity.choices)
    workflowId = filters.UUIDFilter(field_name="workflow_id")
    executionId = filters.UUIDFilter(field_name="execution_id")
    seen = filters.BooleanFilter(field_name="seen_at", lookup_expr="isnull", exclude=True)
    createdAfter = filters.IsoDateTimeFilter(field_name="at", lookup_expr="gte")
    createdBefore = filters.IsoDateTimeFilter(field_name="at", lookup_expr="lt")

    class Meta:
        model = Notice
        fields: list[str] = []


class NoticeViewSet(GenericViewSet[Notice]):
    """Notices of the projects in which the person may see runs."""

    action_roles = {"list": "execution.view", "see": "execution.control"}
    queryset = Notice.objects.none()
    serializer_class = NoticeShape
    filterset_class = NoticeFilter

    def get_queryset(self) -> QuerySet[Notice]:
        return Notice.objects.visible_to(self.request.user).select_related("workflow", "seen_by")

    @extend_schema(summary="What people were told", operation_id="notices_list")
    def list(self, request: Request) -> Response:
        """The newest first."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(summary="It has been read", operation_id="notices_see", request=None, responses=NoticeShape)
    def see(self, request: Request, notice_id: str) -> Response:
        notice = self._find(notice_id)
        accounts.require(request.user, "execution.control", notice.project_id)
        saved_errors.see(notice, user=request.user)
        return Response(self.get_serializer(self._find(notice_id)).data)

    def _find(self, notice_id: str) -> Notice:
        try:
            key = uuid.UUID(notice_id)
        except ValueError:
            raise NoticeNotFound from None
        notice: Any = self.get_queryset().filter(pk=key).first()
        if notice is None:
            raise NoticeNotFound
        return notice
