"""What events have caused, in the admin: one line per event and workflow, with the reason where nothing began."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.errors import DomainError
from executions.admin.books import BookAdmin
from executions.models import Reaction
from executions.services import reacting
from integrations import safe_json


@admin.register(Reaction)
class ReactionAdmin(BookAdmin):
    """Who may look at the runs of a project sees them; telling an event again takes the right to tell of events."""

    list_select_related: ClassVar[Any] = ("workflow", "project", "event")
    list_display = ("at", "outcome", "event_name", "event_subject", "flow", "run_link")
    list_filter = ("outcome", "waits", "project", "at")
    search_fields = ("=event__id", "=event__name", "=event__subject", "workflow__code")
    actions = ("replay_selected",)
    fields: ClassVar[tuple[str, ...]] = (
        "at",
        "outcome",
        "event_name",
        "event_subject",
        "payload_shown",
        "flow",
        "run_link",
        "telling",
        "details_shown",
    )
    readonly_fields = fields

    @admin.display(description=_("Событие"))
    def event_name(self, line: Reaction) -> str:
        return line.event.name

    @admin.display(description=_("Предмет"))
    def event_subject(self, line: Reaction) -> str:
        return line.event.subject

    @admin.display(description=_("Содержание"))
    def payload_shown(self, line: Reaction) -> SafeString:
        return format_html("<pre>{}</pre>", safe_json.dumps(line.event.payload))

    @admin.display(description=_("Подробности"))
    def details_shown(self, line: Reaction) -> SafeString:
        return format_html("<pre>{}</pre>", safe_json.dumps(line.details))

    @admin.action(description=_("Рассказать о событии снова"), permissions=["control"])
    def replay_selected(self, request: HttpRequest, queryset: QuerySet[Reaction]) -> None:
        try:
            told = reacting.replay(list(queryset.values_list("event_id", flat=True)), user=request.user)
        except DomainError as error:
            self.message_user(request, str(error.message), messages.ERROR)
        else:
            self.message_user(request, ", ".join(event.name for event in told), messages.SUCCESS)
