"""Addresses of this package under /api/v1/."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, URLResolver, path

from integrations.api.alerts import AlertViewSet
from integrations.api.credentials import CredentialViewSet
from integrations.api.datasets import DatasetViewSet
from integrations.api.event_types import EventTypeViewSet
from integrations.api.events import EventViewSet
from integrations.api.standing import BreakerViewSet, LimitViewSet
from integrations.api.wildberries import WildberriesTokenViewSet

_ONE: dict[str, Any] = {"get": "retrieve", "patch": "change", "delete": "destroy"}

urlpatterns: list[URLPattern | URLResolver] = [
    path("breakers", BreakerViewSet.as_view({"get": "list"}), name="breaker-list"),
    path("breakers/<str:key>/reset", BreakerViewSet.as_view({"post": "reset"}), name="breaker-reset"),
    path("limits", LimitViewSet.as_view({"get": "list"}), name="limit-list"),
    path("credentials", CredentialViewSet.as_view({"get": "list", "post": "create"}), name="credential-list"),
    path("credentials/<str:credential_id>", CredentialViewSet.as_view(_ONE), name="credential-detail"),
    path(
        "credentials/<str:credential_id>/test", CredentialViewSet.as_view({"post": "attempt"}), name="credential-test"
    ),
    path("datasets", DatasetViewSet.as_view({"get": "list"}), name="dataset-list"),
    path("datasets/<str:name>/rows", DatasetViewSet.as_view({"get": "rows"}), name="dataset-rows"),
    path("datasets/<str:name>/rejected", DatasetViewSet.as_view({"get": "rejected"}), name="dataset-rejected"),
    path(
        "datasets/<str:name>/rejected/send-again",
        DatasetViewSet.as_view({"post": "send_again"}),
        name="dataset-send-again",
    ),
    path("wildberries/token", WildberriesTokenViewSet.as_view({"get": "retrieve"}), name="wildberries-token"),
    path("alerts", AlertViewSet.as_view({"get": "list"}), name="alert-list"),
    path("alerts/<str:alert_id>", AlertViewSet.as_view({"get": "retrieve"}), name="alert-detail"),
    path("alerts/<str:alert_id>/acknowledge", AlertViewSet.as_view({"post": "acknowledge"}), name="alert-acknowledge"),
    path("alerts/<str:alert_id>/mute", AlertViewSet.as_view({"post": "mute"}), name="alert-mute"),
    path("event-types", EventTypeViewSet.as_view({"get": "list"}), name="event-type-list"),
    path("event-types/<str:code>/test", EventTypeViewSet.as_view({"post": "attempt"}), name="event-type-test"),
    path("events", EventViewSet.as_view({"get": "list", "post": "emit"}), name="event-list"),
]
