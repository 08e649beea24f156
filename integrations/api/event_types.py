"""`/event-types`: the catalogue of events, and sending one for a try."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.strict import StrictSerializer
from integrations import event_types, trying_events
from integrations.event_names import MAX_SUBJECT
from integrations.models import Event


class EventTypeShape(serializers.Serializer[Any]):
    """A type of event. `schema` is the JSON schema of its payload, `dedupKey` the fields that make a good key."""

    code = serializers.CharField()
    title = serializers.CharField()
    group = serializers.CharField()
    groupTitle = serializers.CharField()
    kind = serializers.ChoiceField(choices=[kind.value for kind in event_types.Kind])
    schema = serializers.DictField()
    sample = serializers.DictField()
    subject = serializers.CharField(allow_blank=True)
    dedupKey = serializers.CharField(allow_blank=True)


class TryRequest(StrictSerializer):
    """What to send; the sample of the type where nothing is said."""

    payload = serializers.DictField(required=False)
    subject = serializers.CharField(required=False, allow_blank=True, max_length=MAX_SUBJECT)
    project = serializers.SlugField(required=False)


class TriedShape(serializers.Serializer[Any]):
    """The event that was written."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    subject = serializers.CharField()


class EventTypeViewSet(GenericViewSet[Event]):
    """What may happen, as far as the product knows. Events of other names may be told too."""

    action_roles = {"list": "event.view", "attempt": "event.emit"}
    queryset = Event.objects.none()
    serializer_class = EventTypeShape
    pagination_class = None
    filter_backends: list[Any] = []

    @extend_schema(summary="All types of events", operation_id="event_types_list", responses=EventTypeShape(many=True))
    def list(self, request: Request) -> Response:
        return Response([event_types.describe(one) for one in event_types.ALL.values()])

    @extend_schema(
        summary="Send an event for a try",
        operation_id="event_types_test",
        request=TryRequest,
        responses={202: TriedShape},
    )
    def attempt(self, request: Request, code: str) -> Response:
        """202: it is written and told like any other, with the source `test`."""
        event_types.get(code)
        body: Any = TryRequest(data=request.data)
        body.is_valid(raise_exception=True)
        event = trying_events.send(code=code, user=request.user, **body.validated_data)
        return Response({"id": event.pk, "name": event.name, "subject": event.subject}, status=202)
