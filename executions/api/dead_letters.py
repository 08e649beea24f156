"""`/dead-letters`: failures that nobody has dealt with, running them again, and putting them aside."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts import clock
from accounts import services as accounts
from executions.api.dead_letter_details import told
from executions.api.dead_letter_shapes import (
    DeadLetterQuery,
    DeadLetterShape,
    LetterPages,
    ReplayRequest,
    ResolveRequest,
    TallyShape,
)
from executions.models import Step
from executions.services.dead_letters import letters, oldest
from executions.services.replaying import put_aside, replay


class DeadLetterViewSet(GenericViewSet[Step]):
    """Failed steps and undelivered messages of the projects in which the person may see runs."""

    action_roles = {"list": "execution.view", "replay": "execution.control", "resolve": "execution.control"}
    queryset = Step.objects.none()
    serializer_class = DeadLetterShape
    pagination_class = LetterPages
    filter_backends: list[Any] = []

    @extend_schema(
        summary="What has failed and waits for somebody", operation_id="dead_letters_list", parameters=[DeadLetterQuery]
    )
    def list(self, request: Request) -> Response:
        """The newest first; `oldestAgeSeconds` is of the oldest of all that match."""
        query: Any = DeadLetterQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        projects = accounts.project_ids(request.user, action="execution.view")
        page = self.paginate_queryset(letters(projects, query.choice())) or []
        _count, died_at = oldest(projects, query.choice())
        now = clock.read()
        pages: Any = self.paginator
        pages.oldest = None if died_at is None else (now - died_at).total_seconds()
        return self.get_paginated_response(self.get_serializer(told(page, now), many=True).data)

    @extend_schema(
        summary="Run failed steps again, send messages again",
        operation_id="dead_letters_replay",
        request=ReplayRequest,
        responses=TallyShape,
    )
    def replay(self, request: Request) -> Response:
        body: Any = ReplayRequest(data=request.data)
        body.is_valid(raise_exception=True)
        tally = replay(
            accounts.project_ids(request.user, action="execution.control"),
            body.choice(),
            user=request.user,
            version=body.validated_data["version"],
            items=body.validated_data.get("inputData"),
            reason=body.validated_data.get("reason", ""),
        )
        return Response(TallyShape(tally).data)

    @extend_schema(
        summary="Put dead letters aside",
        operation_id="dead_letters_resolve",
        request=ResolveRequest,
        responses=TallyShape,
    )
    def resolve(self, request: Request) -> Response:
        body: Any = ResolveRequest(data=request.data)
        body.is_valid(raise_exception=True)
        projects = accounts.project_ids(request.user, action="execution.control")
        reason = body.validated_data["reason"]
        return Response(TallyShape(put_aside(projects, body.choice(), user=request.user, reason=reason)).data)
