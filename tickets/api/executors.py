"""`/categories` and `/executors`: what tickets are about, and who takes them."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from accounts.api.strict import StrictSerializer
from accounts.errors import DomainError
from accounts.permissions import acting_user
from accounts.services import project_ids
from tickets.models import CategoryExecutor, TicketCategory
from tickets.services import executors

LARGEST = 2**31 - 1


class CategoryShape(serializers.Serializer[TicketCategory]):
    """What a ticket may be about."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    description = serializers.CharField()
    isActive = serializers.BooleanField(source="is_active", help_text="Whether it takes new tickets.")
    reactionSeconds = serializers.IntegerField(source="reaction_seconds", allow_null=True)
    resolutionSeconds = serializers.IntegerField(source="resolution_seconds", allow_null=True)


class CategoryViewSet(mixins.ListModelMixin, GenericViewSet[TicketCategory]):
    """Categories that take tickets; who manages the desk also sees the others."""

    permission_classes = [IsAuthenticated]
    queryset = TicketCategory.objects.none()
    serializer_class = CategoryShape

    def get_queryset(self) -> QuerySet[TicketCategory]:
        managed = project_ids(self.request.user, action="desk.manage")
        return TicketCategory.objects.filter(Q(is_active=True) | Q(project_id__in=managed)).order_by("name", "id")


class ExecutorShape(serializers.Serializer[CategoryExecutor]):
    id = serializers.IntegerField()
    userId = serializers.IntegerField(source="user_id")
    user = serializers.CharField(source="user.get_full_name")
    categoryId = serializers.IntegerField(source="ticket_category_id")
    category = serializers.CharField(source="ticket_category.name")
    isActive = serializers.BooleanField(source="is_active")
    priority = serializers.IntegerField()
    maxTickets = serializers.IntegerField(source="max_tickets")
    telegramId = serializers.IntegerField(source="user.telegram_id", allow_null=True)


class ExecutorChange(StrictSerializer):
    priority = serializers.IntegerField(min_value=-LARGEST, max_value=LARGEST, required=False)
    maxTickets = serializers.IntegerField(source="max_tickets", min_value=1, max_value=LARGEST, required=False)
    isActive = serializers.BooleanField(source="is_active", required=False)


class NewExecutor(ExecutorChange):
    userId = serializers.IntegerField(source="user_id", min_value=1)
    categoryId = serializers.IntegerField(source="category_id", min_value=1)


class ExecutorFilter(django_filters.FilterSet):
    categoryId = django_filters.NumberFilter(field_name="ticket_category_id")
    userId = django_filters.NumberFilter(field_name="user_id")
    isActive = django_filters.BooleanFilter(field_name="is_active")

    class Meta:
        model = CategoryExecutor
        fields: list[str] = []


class ExecutorViewSet(mixins.ListModelMixin, GenericViewSet[CategoryExecutor]):
    queryset = CategoryExecutor.objects.none()
    serializer_class = ExecutorShape
    filterset_class = ExecutorFilter
    action_roles = dict.fromkeys(("list", "retrieve", "create", "update", "partial_update", "destroy"), "desk.manage")

    def get_queryset(self) -> QuerySet[CategoryExecutor]:
        return executors.managed_by(acting_user(self.request))

    @extend_schema(summary="Let a person take tickets", request=NewExecutor, responses={201: ExecutorShape})
    def create(self, request: Request) -> Response:
        """409 when they are an executor of the category already."""
        body = NewExecutor(data=request.data)
        body.is_valid(raise_exception=True)
        seat = executors.add(actor=acting_user(request), **body.validated_data)
        return Response(ExecutorShape(seat).data, status=status.HTTP_201_CREATED)

    @extend_schema(summary="One executor", responses=ExecutorShape)
    def retrieve(self, request: Request, executor_id: int) -> Response:
        return Response(ExecutorShape(executors.find(acting_user(request), executor_id)).data)

    @extend_schema(summary="Change an executor", request=ExecutorChange, responses=ExecutorShape)
    def update(self, request: Request, executor_id: int) -> Response:
        """Who is switched off gives back at once what they have in hand."""
        return self._change(request, executor_id)

    @extend_schema(summary="Change an executor", request=ExecutorChange(partial=True), responses=ExecutorShape)
    def partial_update(self, request: Request, executor_id: int) -> Response:
        """Who is switched off gives back at once what they have in hand."""
        return self._change(request, executor_id)

    @extend_schema(summary="Take tickets no more", responses={204: None})
    def destroy(self, request: Request, executor_id: int) -> Response:
        executors.remove(seat=executors.find(acting_user(request), executor_id))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _change(self, request: Request, executor_id: int) -> Response:
        seat = executors.find(acting_user(request), executor_id)
        body = ExecutorChange(data=request.data)
        body.is_valid(raise_exception=True)
        return Response(ExecutorShape(executors.change(seat=seat, **body.validated_data)).data)


class SeatShape(StrictSerializer):
    """An executor in the words of the database's columns."""

    id = serializers.IntegerField(read_only=True)
    user_id = serializers.IntegerField(min_value=1)
    category_id = serializers.IntegerField(min_value=1)
    is_active = serializers.BooleanField(default=True)
    priority = serializers.IntegerField(min_value=-LARGEST, max_value=LARGEST, default=0)
    max_tickets = serializers.IntegerField(min_value=1, max_value=LARGEST, default=10)


COLUMNS = {"userId": "user_id", "categoryId": "category_id"}
"""Fields that a refusal names, in the words of `SeatShape`."""


class SeatView(APIView):
    """`POST /api/executors`, in the form in which scripts know it."""

    action_roles = {"post": "desk.manage"}

    @extend_schema(summary="Let a person take tickets", request=SeatShape, responses={201: SeatShape})
    def post(self, request: Request) -> Response:
        body = SeatShape(data=request.data)
        body.is_valid(raise_exception=True)
        said: dict[str, Any] = body.validated_data
        try:
            seat = executors.add(actor=acting_user(request), **said)
        except DomainError as refusal:
            if refusal.details.get("field") in COLUMNS:
                refusal.details["field"] = COLUMNS[refusal.details["field"]]
            raise
        return Response({"id": seat.pk, **said}, status=status.HTTP_201_CREATED)
