"""Django's admin with our site in the place of its own."""

from __future__ import annotations

from django.contrib.admin.apps import AdminConfig


class AdminPages(AdminConfig):
    default_site = "config.admin_site.Site"
