"""`/events`: telling Naryad what has happened, and looking at what it was told."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts import services as accounts
from accounts.api.strict import StrictSerializer
from integrations import event_payloads, event_types, events
from integrations.event_names import MAX_DEDUPE_KEY, MAX_NAME, MAX_SUBJECT, PATTERN
from integrations.models import Event

MAX_BODY = 1_000_000


class KeptEventShape(serializers.ModelSerializer[Event]):
    """An event as it is kept."""

    payload = serializers.DictField()
    dedupKey = serializers.CharField(source="dedupe_key", allow_null=True)

    class Meta:
        model = Event
        fields = ["id", "name", "subject", "payload", "dedupKey", "source", "at"]
        read_only_fields = fields


class EmitRequest(StrictSerializer):
    """Something that has happened."""

    name = serializers.RegexField(PATTERN, max_length=MAX_NAME, help_text="Such as order.paid.")
    subject = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=MAX_SUBJECT,
        help_text="About whom or what, such as its id. Left out, the field that a known type names says it.",
    )
    payload = serializers.DictField(required=False, help_text="What is handed to the steps that wait for it.")
    dedupKey = serializers.CharField(
        required=False,
        allow_null=True,
        max_length=MAX_DEDUPE_KEY,
        help_text="The same name and key are one event, told again. Left out, a known type makes it of the payload; "
        "null: every telling is an event of its own.",
    )
    project = serializers.SlugField(required=False, help_text="Code of the project; the person's own by default.")


class EmittedShape(serializers.Serializer[Any]):
    """What has become of it. `duplicate`: it had been told before, and this is the first event of its key."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    subject = serializers.CharField()
    duplicate = serializers.BooleanField()


class EventFilter(django_filters.FilterSet):
    name = django_filters.CharFilter()
    subject = django_filters.CharFilter()

    class Meta:
        model = Event
        fields: list[str] = []


class EventViewSet(GenericViewSet[Event]):
    """Events of the projects in which the person may see them."""

    action_roles = {"list": "event.view", "emit": "event.emit"}
    queryset = Event.objects.none()
    serializer_class = KeptEventShape
    filterset_class = EventFilter
    max_body = MAX_BODY

    def get_queryset(self) -> QuerySet[Event]:
        return events.visible_to(self.request.user)

    @extend_schema(summary="What has happened, the newest first", operation_id="events_list")
    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(
        summary="Tell that something has happened",
        operation_id="events_emit",
        request=EmitRequest,
        responses={202: EmittedShape},
        filters=False,
    )
    def emit(self, request: Request) -> Response:
        """202 once the event is kept; steps that wait for it are woken right after."""
        body: Any = EmitRequest(data=request.data)
        body.is_valid(raise_exception=True)
        said = body.validated_data
        name, payload = said["name"], said.get("payload") or {}
        event_payloads.check(name, payload)
        event, fresh = events.emit(
            project_id=accounts.project_for(request.user, action="event.emit", code=said.get("project")),
            name=name,
            subject=said["subject"] if "subject" in said else event_types.subject_of(name, payload),
            payload=payload,
            dedupe_key=said["dedupKey"] if "dedupKey" in said else event_types.dedup_of(name, payload),
            source="api",
        )
        emitted = {"id": event.pk, "name": event.name, "subject": event.subject, "duplicate": not fresh}
        return Response(EmittedShape(emitted).data, status=202)
