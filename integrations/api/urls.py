"""Addresses of this package under /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from integrations.api.datasets import DatasetViewSet
from integrations.api.events import EventViewSet

urlpatterns: list[URLPattern | URLResolver] = [
    path("datasets", DatasetViewSet.as_view({"get": "list"}), name="dataset-list"),
    path("datasets/<str:name>/rows", DatasetViewSet.as_view({"get": "rows"}), name="dataset-rows"),
    path("events", EventViewSet.as_view({"get": "list", "post": "emit"}), name="event-list"),
]
