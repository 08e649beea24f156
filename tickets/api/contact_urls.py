"""Addresses of contacts under /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from tickets.api.contacts import ContactViewSet, DeliveryViewSet, FieldViewSet, TagViewSet

ONE = "contacts/<uuid:contact_id>"

urlpatterns: list[URLPattern | URLResolver] = [
    path("contacts", ContactViewSet.as_view({"get": "list", "post": "create"}), name="contact-list"),
    path("contacts/import", ContactViewSet.as_view({"post": "import_table"}), name="contact-import"),
    path(
        ONE,
        ContactViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
        name="contact-detail",
    ),
    path(f"{ONE}/tags", ContactViewSet.as_view({"post": "tags"}), name="contact-tags"),
    path(f"{ONE}/fields", ContactViewSet.as_view({"patch": "fields"}), name="contact-fields"),
    path(f"{ONE}/merge", ContactViewSet.as_view({"post": "merge"}), name="contact-merge"),
    path("contact-tags", TagViewSet.as_view({"get": "list"}), name="contact-tag-list"),
    path("contact-fields", FieldViewSet.as_view({"get": "list", "post": "create"}), name="contact-field-list"),
    path("deliveries", DeliveryViewSet.as_view({"get": "list"}), name="delivery-list"),
]
