"""`/events/…`: what an event has caused at each workflow, telling it again, and how events go on the whole."""

from __future__ import annotations

import uuid
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.strict import StrictSerializer
from accounts.permissions import acting_user
from executions.errors import EventNotFound
from executions.models import Reaction
from executions.services import reacting
from integrations import events
from integrations.events import Event

MAX_AT_ONCE = 200
DAY_HOURS = 24
MONTH_HOURS = 31 * 24


class ReactionShape(serializers.Serializer[Any]):
    """What the event has caused at one workflow, or why nothing: `outcome` with its `details`."""

    workflowId = serializers.UUIDField(source="workflow_id")
    workflowCode = serializers.CharField(source="workflow.code")
    workflowName = serializers.CharField(source="workflow.name")
    nodeId = serializers.CharField(source="listener.node_id")
    telling = serializers.IntegerField()
    outcome = serializers.ChoiceField(choices=Reaction.Outcome.values)
    details = serializers.DictField()
    executionId = serializers.UUIDField(source="execution_id", allow_null=True)
    at = serializers.DateTimeField()


class EventShown(serializers.Serializer[Any]):
    """An event with all that it has caused. Without reactions nobody listened for it."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    subject = serializers.CharField()
    payload = serializers.DictField()
    dedupKey = serializers.CharField(source="dedupe_key", allow_null=True)
    source = serializers.CharField()  # type: ignore[assignment]
    at = serializers.DateTimeField()
    depth = serializers.IntegerField()
    tellings = serializers.IntegerField()
    reactions = ReactionShape(many=True)


class RetellRequest(StrictSerializer):
    """Which events to tell again."""

    ids = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=MAX_AT_ONCE)


class ReplayedShape(serializers.Serializer[Any]):
    """How many events are told again."""

    replayed = serializers.IntegerField()


class NameOverviewShape(serializers.Serializer[Any]):
    """One kind of event over the time asked for. Latency: from the event to the first step of its run, in ms."""

    name = serializers.CharField()
    events = serializers.IntegerField()
    started = serializers.IntegerField()
    notMatched = serializers.IntegerField()
    outcomes = serializers.DictField(child=serializers.IntegerField(), help_text="What became of them, and how often.")
    unheard = serializers.IntegerField(help_text="Events that no workflow listened for.")
    latencyP50Ms = serializers.FloatField(allow_null=True)
    latencyP95Ms = serializers.FloatField(allow_null=True)
    lastAt = serializers.DateTimeField()


class HourShape(serializers.Serializer[Any]):
    """One hour that begins at `at`."""

    at = serializers.DateTimeField()
    events = serializers.IntegerField()
    started = serializers.IntegerField()


class OverviewShape(serializers.Serializer[Any]):
    """How events go: the busiest kind first, and hour by hour."""

    hours = serializers.IntegerField()
    names = NameOverviewShape(many=True)
    byHour = HourShape(many=True)


class EventReactionViewSet(GenericViewSet[Reaction]):
    """Events of the projects in which the person may see them, with what became of them."""

    action_roles = {
        "retrieve": "event.view",
        "overview": "event.view",
        "replay": "event.emit",
        "replay_many": "event.emit",
    }
    queryset = Reaction.objects.none()
    serializer_class = EventShown

    @extend_schema(summary="One event and what it has caused", operation_id="events_retrieve", responses=EventShown)
    def retrieve(self, request: Request, event_id: str) -> Response:
        event = events.visible_to(request.user).filter(pk=_key(event_id)).first()
        if event is None:
            raise EventNotFound(events=[event_id])
        return Response(EventShown(self._with_reactions(event)).data)

    @extend_schema(
        summary="Tell an event again", operation_id="events_replay", request=None, responses={202: ReplayedShape}
    )
    def replay(self, request: Request, event_id: str) -> Response:
        """Whoever listens now starts another run."""
        return self._replayed(request, [_key(event_id)])

    @extend_schema(
        summary="Tell several events again",
        operation_id="events_replay_many",
        request=RetellRequest,
        responses={202: ReplayedShape},
    )
    def replay_many(self, request: Request) -> Response:
        body: Any = RetellRequest(data=request.data)
        body.is_valid(raise_exception=True)
        return self._replayed(request, body.validated_data["ids"])

    @extend_schema(
        summary="How events go: kinds, reactions, latency",
        operation_id="events_overview",
        parameters=[OpenApiParameter("hours", int, description="How far back, 24 by default, a month at most.")],
        responses=OverviewShape,
    )
    def overview(self, request: Request) -> Response:
        asked = request.query_params.get("hours", "")
        hours = min(max(int(asked), 1), MONTH_HOURS) if asked.isascii() and asked.isdigit() else DAY_HOURS
        names = reacting.overview(user=request.user, hours=hours)
        course = reacting.by_hour(user=request.user, hours=hours)
        return Response(OverviewShape({"hours": hours, "names": names, "byHour": course}).data)

    def _replayed(self, request: Request, ids: list[uuid.UUID]) -> Response:
        told = reacting.replay(ids, user=acting_user(request))
        return Response({"replayed": len(told)}, status=202)

    def _with_reactions(self, event: Event) -> dict[str, Any]:
        lines = Reaction.objects.filter(event=event).select_related("workflow", "listener").order_by("id")
        return {**vars(event), "id": event.pk, "reactions": list(lines)}


def _key(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise EventNotFound(events=[text]) from None
