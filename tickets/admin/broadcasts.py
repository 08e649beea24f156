"""What sendings to contacts have said: to look at."""

from __future__ import annotations

from django.contrib import admin

from accounts.read_only import ReadOnlyRows
from tickets.admin.contacts import ByRole
from tickets.models import Broadcast


@admin.register(Broadcast)
class BroadcastAdmin(ReadOnlyRows, ByRole):
    """Only steps write them; whom they went to is in the deliveries of the same `batch`."""

    list_display = ("created_at", "project", "subject", "text")
    list_filter = ("project", "created_at")
    list_select_related = ("project",)
    search_fields = ("subject", "text", "batch")
    show_full_result_count = False
