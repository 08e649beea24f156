"""Every address of the installation."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.utils.translation import gettext_lazy as _
from django.views.generic import RedirectView

from config.openapi import DocsView, SchemaView

api: list[URLPattern | URLResolver] = [
    path("", include("accounts.api.urls")),
    path("", include("integrations.api.urls")),
    path("", include("workflows.api.urls")),
    path("", include("executions.api.urls")),
    path("schema", SchemaView.as_view(), name="schema"),
    path("docs", DocsView.as_view(), name="docs"),
]

admin.site.site_header = admin.site.site_title = _("Наряд")
admin.site.index_title = _("Управление")

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("api/v1/", include(api)),
    path("admin/", admin.site.urls),
    path("", include("config.health")),
]

handler400 = "config.error_pages.bad_request"
handler403 = "config.error_pages.permission_denied"
handler404 = "config.error_pages.page_not_found"
handler500 = "config.error_pages.server_error"
