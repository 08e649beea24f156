"""Tickets with their history, and how people are reached: to look at. What changes a ticket is a verb of the desk."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display

from accounts.chips import Chip
from accounts.models import User
from accounts.read_only import ReadOnlyRows
from tickets.admin.of_projects import OfProjects
from tickets.errors import Refusal
from tickets.lifecycle import Status, Verb
from tickets.models import Card, Presence, Ticket, TicketAttachment, TicketComment, TicketEvent, TicketNote
from tickets.services.transitions import transition

STATUS_COLOURS = dict.fromkeys(Status, "") | {
    Status.CREATED: "primary",
    Status.IN_WORK: "info",
    Status.DEFERRED: "warning",
    Status.ON_CONFIRMATION: "warning",
    Status.COMPLETED: "success",
}
PRIORITY_COLOURS = dict.fromkeys(Ticket.Priority.values, "") | {"high": "warning", "urgent": "danger"}


class Written(ReadOnlyRows, ModelAdmin):
    """Rows that only the product itself writes."""


class Lines(TabularInline):
    """Rows of a ticket, to read; `joined` are the columns whose people are read along."""

    extra = 0
    can_delete = False
    joined: tuple[str, ...] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        return rows.select_related(*self.joined) if self.joined else rows

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class EventLines(Lines):
    model = TicketEvent
    fields = ("at", "what", "actor", "source", "reason", "refused")
    joined = ("actor",)
    readonly_fields = ("what",)

    @admin.display(description=_("что"))
    def what(self, line: TicketEvent) -> str:
        return line.title


class CommentLines(Lines):
    model = TicketComment
    fields = ("at", "author", "text", "source")
    joined = ("author",)


class NoteLines(Lines):
    model = TicketNote
    fields = ("at", "author", "text")
    joined = ("author",)


class FileLines(Lines):
    model = TicketAttachment
    fields = ("at", "file", "media_type", "size", "uploaded_by")
    joined = ("uploaded_by",)
    readonly_fields = ("file",)

    @admin.display(description=_("файл"))
    def file(self, attachment: TicketAttachment) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("desk-file", args=[attachment.pk]), attachment.name)


@admin.register(Ticket)
class TicketAdmin(OfProjects, Written):
    """Every change is a verb of the desk, with its rules, messages and history."""

    list_display = ("number", "title", "status_shown", "category", "executor", "author", "urgency", "updated_at")
    list_filter = ("status", ("category", admin.RelatedOnlyFieldListFilter), "priority", "source")
    list_select_related = ("status", "category", "executor", "author")
    search_fields = ("=id", "title", "author__username", "executor__username")
    date_hierarchy = "created_at"
    inlines = (EventLines, CommentLines, NoteLines, FileLines)
    actions = ("release", "resume", "cancel", "reopen")
    exclude = ("execution_id",)
    readonly_fields = ("run",)

    @admin.display(description=_("номер"), ordering="id")
    def number(self, ticket: Ticket) -> str:
        return str(ticket.pk)

    @display(description=_("статус"), label=STATUS_COLOURS, ordering="status")
    def status_shown(self, ticket: Ticket) -> Chip:
        return Chip(ticket.state, ticket.state_name)

    @display(description=_("приоритет"), label=PRIORITY_COLOURS, ordering="priority")
    def urgency(self, ticket: Ticket) -> Chip:
        return Chip(ticket.priority, ticket.get_priority_display())

    @admin.display(description=_("запуск"))
    def run(self, ticket: Ticket) -> SafeString | str:
        """The way to the run that has opened the ticket."""
        if ticket.execution_id is None:
            return "—"
        address = reverse("admin:execution_view", args=[ticket.execution_id])
        return format_html('<a href="{}">{}</a>', address, ticket.execution_id)

    def has_verb_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("tickets.change_ticket")

    @admin.action(description=_("Снять с исполнителя"), permissions=["verb"])
    def release(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> None:
        self._do(request, queryset, Verb.RELEASE)

    @admin.action(description=_("Вернуть в работу"), permissions=["verb"])
    def resume(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> None:
        self._do(request, queryset, Verb.RESUME)

    @admin.action(description=_("Отменить заявку"), permissions=["verb"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> None:
        self._do(request, queryset, Verb.CANCEL)

    @admin.action(description=_("Открыть снова"), permissions=["verb"])
    def reopen(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> None:
        self._do(request, queryset, Verb.REOPEN)

    def _do(self, request: HttpRequest, queryset: QuerySet[Ticket], verb: Verb) -> None:
        """Each ticket for itself; what cannot be done is told, and does not keep the others back."""
        actor = request.user if isinstance(request.user, User) else None
        done = 0
        for ticket_id in queryset.order_by("id").values_list("id", flat=True):
            try:
                transition(actor=actor, ticket_id=ticket_id, verb=verb, source=Ticket.Source.ADMIN)
                done += 1
            except Refusal as refusal:
                self.message_user(request, f"№{ticket_id}: {refusal.message}", messages.WARNING)
        if done:
            self.message_user(request, _("Изменено заявок: %(count)s") % {"count": done})


@admin.register(TicketEvent)
class TicketEventAdmin(OfProjects, Written):
    """What was done, and what was refused."""

    of_project = "ticket__project"
    list_display = ("at", "ticket", "what", "actor", "source", "refused")
    list_filter = ("verb", "refused", "source")
    list_select_related = ("ticket", "actor")
    search_fields = ("=ticket__id",)

    @admin.display(description=_("что"))
    def what(self, line: TicketEvent) -> str:
        return line.title


@admin.register(Card)
class CardAdmin(OfProjects, Written):
    """Who was shown which form of which ticket, and when."""

    of_project = "ticket__project"
    list_display = ("ticket", "person", "shown", "final", "sent_at")
    list_select_related = ("ticket", "person")
    search_fields = ("=ticket__id", "person__username")


@admin.register(Presence)
class PresenceAdmin(Written):
    """Who cannot be written to in Telegram, and who is away."""

    list_display = ("person", "reachable", "unreachable_reason", "unreachable_since", "away_until")
    list_filter = ("reachable",)
    list_select_related = ("person",)
