"""`/alerts`: what goes wrong, grouped; who looks after it, and what nobody wants to hear of for a while."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.strict import StrictSerializer
from accounts.permissions import acting_user
from integrations import alerting
from integrations.alerting import LONGEST_MUTE_SECONDS
from integrations.models import Alert


class AlertShape(serializers.ModelSerializer[Alert]):
    """All events that tell of one fault. `ending` says how it ended, "" while it goes on."""

    project = serializers.CharField(source="project.code")
    payload = serializers.DictField()
    openedAt = serializers.DateTimeField(source="opened_at")
    lastAt = serializers.DateTimeField(source="last_at")
    acknowledgedAt = serializers.DateTimeField(source="acknowledged_at", allow_null=True)
    acknowledgedBy = serializers.CharField(source="acknowledged_by.username", default=None, allow_null=True)
    mutedUntil = serializers.DateTimeField(source="muted_until", allow_null=True)
    closedAt = serializers.DateTimeField(source="closed_at", allow_null=True)
    ending = serializers.ChoiceField(choices=["", *Alert.Ending.values])
    toldAt = serializers.DateTimeField(source="told_at", allow_null=True)

    class Meta:
        model = Alert
        fields = [
            "id",
            "project",
            "fingerprint",
            "name",
            "subject",
            "payload",
            "count",
            "openedAt",
            "lastAt",
            "acknowledgedAt",
            "acknowledgedBy",
            "mutedUntil",
            "closedAt",
            "ending",
            "toldAt",
        ]
        read_only_fields = fields


class MuteRequest(StrictSerializer):
    """For how long nothing is to be heard of it."""

    seconds = serializers.FloatField(min_value=1, max_value=LONGEST_MUTE_SECONDS)


class AlertFilter(django_filters.FilterSet):
    name = django_filters.CharFilter()
    subject = django_filters.CharFilter()
    open = django_filters.BooleanFilter(field_name="closed_at", lookup_expr="isnull")

    class Meta:
        model = Alert
        fields: list[str] = []


class AlertViewSet(GenericViewSet[Alert]):
    """Alerts of the projects in which the person may see events."""

    action_roles = {
        "list": "event.view",
        "retrieve": "event.view",
        "acknowledge": "alert.handle",
        "mute": "alert.handle",
    }
    queryset = Alert.objects.none()
    serializer_class = AlertShape
    filterset_class = AlertFilter

    def get_queryset(self) -> QuerySet[Alert]:
        return alerting.visible_to(self.request.user)

    @extend_schema(summary="What goes wrong, the newest first", operation_id="alerts_list")
    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(summary="One alert", operation_id="alerts_retrieve", filters=False)
    def retrieve(self, request: Request, alert_id: str) -> Response:
        return Response(AlertShape(alerting.find(alert_id, user=request.user)).data)

    @extend_schema(summary="Look after an alert", operation_id="alerts_acknowledge", request=None, responses=AlertShape)
    def acknowledge(self, request: Request, alert_id: str) -> Response:
        """Nothing more is told of it until it is over. 409 when it is over already."""
        return self._done(request, alerting.acknowledge, alert_id)

    @extend_schema(
        summary="Hear nothing of an alert for a while",
        operation_id="alerts_mute",
        request=MuteRequest,
        responses=AlertShape,
    )
    def mute(self, request: Request, alert_id: str) -> Response:
        """Also when it comes back meanwhile. 409 when it is over already."""
        body: Any = MuteRequest(data=request.data)
        body.is_valid(raise_exception=True)
        return self._done(request, alerting.mute, alert_id, seconds=body.validated_data["seconds"])

    def _done(self, request: Request, verb: Any, alert_id: str, **said: Any) -> Response:
        found = alerting.find(alert_id, user=request.user)
        return Response(AlertShape(verb(found.pk, user=acting_user(request), **said)).data)
