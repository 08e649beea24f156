"""`/tickets`: opening, following and changing tickets, for everybody who may log in."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.errors import Forbidden
from accounts.models import User
from accounts.permissions import acting_user
from tickets.api.ticket_shapes import (
    FORMS,
    Edit,
    NewTicket,
    OneTicketShape,
    TicketEventShape,
    TicketShape,
    Versioned,
    said_with,
)
from tickets.errors import PersonNotFound
from tickets.lifecycle import Verb
from tickets.models import Ticket, TicketEvent
from tickets.services import creation, people, reading
from tickets.services.transitions import transition

MAX_BODY = 1_000_000


class NumbersFilter(django_filters.BaseInFilter, django_filters.NumberFilter):
    """Several numbers with commas between them."""


class TicketFilter(django_filters.FilterSet):
    statusId = NumbersFilter(field_name="status_id", lookup_expr="in", help_text="One or several, with commas.")
    categoryId = django_filters.NumberFilter(field_name="category_id")
    authorId = django_filters.NumberFilter(field_name="author_id")
    executorId = django_filters.NumberFilter(field_name="executor_id")
    priority = django_filters.ChoiceFilter(choices=Ticket.Priority.choices)
    executionId = django_filters.UUIDFilter(field_name="execution_id")
    createdAfter = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    createdBefore = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")
    text = django_filters.CharFilter(method="by_text", help_text="Part of the title or the description")
    open = django_filters.BooleanFilter(method="by_open", help_text="Those that are not over, or those that are")

    class Meta:
        model = Ticket
        fields: list[str] = []

    def by_text(self, queryset: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        return queryset.filter(Q(title__icontains=value) | Q(description__icontains=value))

    def by_open(self, queryset: QuerySet[Ticket], name: str, value: bool) -> QuerySet[Ticket]:
        return queryset.filter(closed_at__isnull=value)


class TicketViewSet(mixins.ListModelMixin, GenericViewSet[Ticket]):
    """Tickets that the person wrote, holds, may take or manages; every other is 404."""

    permission_classes = [IsAuthenticated]
    queryset = Ticket.objects.none()
    serializer_class = TicketShape
    filterset_class = TicketFilter
    max_body = MAX_BODY

    def get_queryset(self) -> QuerySet[Ticket]:
        return reading.visible_to(acting_user(self.request))

    @extend_schema(summary="Open a ticket", request=NewTicket, responses={201: OneTicketShape}, filters=False)
    def create(self, request: Request) -> Response:
        """Executors of the category are told at once. `Idempotency-Key` makes a repeat harmless."""
        body = NewTicket(data=request.data)
        body.is_valid(raise_exception=True)
        said: dict[str, Any] = body.validated_data
        creator = acting_user(request)
        key = request.headers.get("Idempotency-Key", "")[:200]
        ticket = creation.create(
            author=self._author(creator, said),
            creator=creator,
            category_id=said["categoryId"],
            title=said.get("title", ""),
            description=said.get("description", ""),
            priority=said.get("priority", Ticket.Priority.NORMAL),
            key=f"api:{creator.pk}:{key}" if key else None,
        )
        return _answer(request, ticket, status.HTTP_201_CREATED)

    @extend_schema(summary="One ticket", responses=OneTicketShape, filters=False)
    def retrieve(self, request: Request, ticket_id: int) -> Response:
        return _answer(request, reading.find(acting_user(request), ticket_id))

    @extend_schema(summary="Change what a ticket says", request=Edit, responses=OneTicketShape, filters=False)
    def partial_update(self, request: Request, ticket_id: int) -> Response:
        """For the author and managers, as long as the work is not handed in. The executor is told."""
        return _press(request, ticket_id, Verb.EDIT, Edit)

    def _author(self, creator: User, said: dict[str, Any]) -> User:
        """Whom the ticket is for; only who manages tickets of the project opens them for others."""
        author_id = said.get("authorId", creator.pk)
        if author_id == creator.pk:
            return creator
        category = reading.category(creator, said["categoryId"])
        if not people.manages(creator, category.project_id):
            raise Forbidden(action="ticket.manage")
        author = User.objects.people().filter(pk=author_id, is_active=True).first()
        if author is None:
            raise PersonNotFound(field="authorId")
        return author


class HistoryViewSet(GenericViewSet[TicketEvent]):
    permission_classes = [IsAuthenticated]
    queryset = TicketEvent.objects.none()
    serializer_class = TicketEventShape

    @extend_schema(summary="What has been done to a ticket", operation_id="ticket_history_list")
    def list(self, request: Request, ticket_id: int) -> Response:
        """The oldest first, without what was refused."""
        ticket = reading.find(acting_user(request), ticket_id)
        page = self.paginate_queryset(reading.history(ticket))
        return self.get_paginated_response(TicketEventShape(page, many=True).data)


class VerbView(GenericAPIView[Ticket]):
    """One verb on one ticket. 409 with the state where it does not fit, 403 without the rights."""

    permission_classes = [IsAuthenticated]
    queryset = Ticket.objects.none()
    verb: Verb = Verb.TAKE

    def get_serializer_class(self) -> type[Versioned]:
        return FORMS[self.verb]

    @extend_schema(summary="Do it to the ticket", responses=OneTicketShape)
    def post(self, request: Request, ticket_id: int) -> Response:
        return _press(request, ticket_id, self.verb, FORMS[self.verb])


def _press(request: Request, ticket_id: int, verb: Verb, form: type[Versioned]) -> Response:
    person = acting_user(request)
    said = said_with(form, request.data)
    reading.find(person, ticket_id)
    ticket = transition(actor=person, ticket_id=ticket_id, verb=verb, **said)
    return _answer(request, ticket)


def _answer(request: Request, ticket: Ticket, code: int = status.HTTP_200_OK) -> Response:
    return Response(OneTicketShape(ticket, context={"request": request}).data, status=code)
