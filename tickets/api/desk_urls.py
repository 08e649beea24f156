"""Addresses of the desk under /api/v1/."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, URLResolver, path

from tickets.api.executors import CategoryViewSet, ExecutorViewSet
from tickets.api.health_checks import HealthChecksView
from tickets.api.telegram_link import TelegramLinkView
from tickets.api.ticket_shapes import FORMS
from tickets.api.ticket_talk import AttachmentView, AttachmentViewSet, CommentViewSet, NoteViewSet
from tickets.api.tickets import HistoryViewSet, TicketViewSet, VerbView

ONE = "tickets/<int:ticket_id>"
SEAT: dict[str, Any] = {"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"}

urlpatterns: list[URLPattern | URLResolver] = [
    path("tickets", TicketViewSet.as_view({"get": "list", "post": "create"}), name="ticket-list"),
    path(ONE, TicketViewSet.as_view({"get": "retrieve", "patch": "partial_update"}), name="ticket-detail"),
    path(f"{ONE}/history", HistoryViewSet.as_view({"get": "list"}), name="ticket-history"),
    path(f"{ONE}/comments", CommentViewSet.as_view({"get": "list", "post": "create"}), name="ticket-comments"),
    path(f"{ONE}/notes", NoteViewSet.as_view({"get": "list", "post": "create"}), name="ticket-notes"),
    path(f"{ONE}/attachments", AttachmentViewSet.as_view({"get": "list", "post": "create"}), name="ticket-files"),
    path("attachments/<uuid:attachment_id>", AttachmentView.as_view(), name="attachment"),
    *(path(f"{ONE}/{verb.value}", VerbView.as_view(verb=verb), name=f"ticket-{verb.value}") for verb in FORMS),
    path("categories", CategoryViewSet.as_view({"get": "list"}), name="category-list"),
    path("executors", ExecutorViewSet.as_view({"get": "list", "post": "create"}), name="executor-list"),
    path("executors/<int:executor_id>", ExecutorViewSet.as_view(SEAT), name="executor-detail"),
    path("health/checks", HealthChecksView.as_view(), name="health-checks"),
    path("me/telegram-link", TelegramLinkView.as_view(), name="telegram-link"),
]
