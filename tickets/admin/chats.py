"""What the bot remembers between two updates: to look at, and drafts to throw away."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from tickets.admin.desk import Written
from tickets.models import TelegramReply, TicketDraft


@admin.register(TicketDraft)
class DraftAdmin(Written):
    list_display = ("person", "category", "text", "complete", "at")
    list_select_related = ("person", "category")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super(Written, self).has_delete_permission(request, obj)


@admin.register(TelegramReply)
class ReplyAdmin(Written):
    list_display = ("update", "reply", "at")
    search_fields = ("update",)
