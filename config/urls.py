"""Every address of the installation."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from config.front_page import front_page
from config.openapi import DocsView, SchemaView
from executions.api import forms, hooks
from integrations.telegram.bots import Bot
from tickets.api.executors import SeatView
from tickets.telegram import webhook as telegram_webhook

api: list[URLPattern | URLResolver] = [
    path("", include("accounts.api.urls")),
    path("", include("integrations.api.urls")),
    path("", include("tickets.api.urls")),
    path("", include("workflows.api.urls")),
    path("", include("executions.api.urls")),
    path("schema", SchemaView.as_view(), name="schema"),
    path("docs", DocsView.as_view(), name="docs"),
]

urlpatterns = [
    path("", front_page, name="front-page"),
    path("api/v1/", include(api)),
    path("api/executors", SeatView.as_view(), name="executors-by-columns"),
    path("admin/", admin.site.urls),
    path("hooks/<str:address>", hooks.receive, name="hook"),
    path("webhook/<path:path>", hooks.receive_as_before, name="hook-as-before"),
    path("forms/<str:address>", forms.form, name="form"),
    path("telegram/webhook", telegram_webhook.receive, name="telegram-webhook"),
    path("telegram/clients/webhook", telegram_webhook.receive, {"bot": Bot.CLIENTS}, name="telegram-clients-webhook"),
    path("", include("tickets.pages.urls")),
    path("", include("config.health")),
    path("", include("config.metrics")),
]

handler400 = "config.error_pages.bad_request"
handler403 = "config.error_pages.permission_denied"
handler404 = "config.error_pages.page_not_found"
handler500 = "config.error_pages.server_error"
