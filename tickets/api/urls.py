"""Addresses of this package under /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("tickets.api.contact_urls")),
    path("", include("tickets.api.desk_urls")),
]
