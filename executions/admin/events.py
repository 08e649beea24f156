"""Events in the admin: what has happened, what it has caused, and telling it again."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts.errors import DomainError
from executions.admin.books import BookAdmin, run_link
from executions.models import Reaction
from executions.services import reacting
from integrations import safe_json
from integrations.events import Event

MOST_AT_ONCE = 200


@admin.register(Event)
class EventAdmin(BookAdmin):
    """What has happened, the newest first. Telling it again takes the right to tell of events."""

    list_select_related: ClassVar[Any] = ("project",)
    viewed_by = "event.view"
    list_display = ("name", "subject", "source", "heard", "project", "at", "short")
    list_filter = ("project", "source", "at")
    search_fields = ("=id", "=name", "=subject", "=dedupe_key")
    search_help_text = _("Имя, предмет или ключ от повторов целиком")
    actions = ("replay_selected",)
    change_form_template = "admin/executions/event/change_form.html"
    fields: ClassVar[tuple[str, ...]] = (
        "name",
        "subject",
        "at",
        "source",
        "content",
        "caused",
        "dedupe_key",
        "depth",
        "tellings",
        "project",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        return super().get_queryset(request).annotate(reaction_count=Count("reactions"))

    def get_urls(self) -> list[URLPattern]:
        """Before Django's own, whose ids take any path."""
        again = require_POST(self.admin_site.admin_view(self.replay_view))
        return [path("<uuid:event_id>/replay/", again, name="event_replay"), *super().get_urls()]

    def has_tell_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Asked by Django for actions that need the permission `tell`."""
        return self.may(request, "event.emit", obj)

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **more: Any) -> HttpResponse:
        extra = {"may_tell": self.has_tell_permission(request, self.get_object(request, object_id))}
        return super().change_view(request, object_id, extra_context=extra)

    def replay_view(self, request: HttpRequest, event_id: Any) -> HttpResponse:
        """Tell one event again."""
        self._replay(request, [event_id])
        return HttpResponseRedirect(reverse("admin:integrations_event_change", args=[event_id]))

    @admin.display(description=_("слышали"), ordering="reaction_count")
    def heard(self, event: Any) -> int:
        return int(event.reaction_count)

    @admin.display(description=_("содержание"))
    def short(self, event: Event) -> str:
        return Truncator(safe_json.dumps(event.payload)).chars(200)

    @admin.display(description=_("содержание"))
    def content(self, event: Event) -> SafeString:
        return format_html("<pre>{}</pre>", safe_json.dumps(event.payload))

    @admin.display(description=_("что вызвало"))
    def caused(self, event: Event) -> str:
        """What became of it at each workflow; nobody may have listened."""
        lines = Reaction.objects.filter(event=event).select_related("workflow").order_by("id")
        told = [
            (line.workflow, line.get_outcome_display(), run_link(line.execution_id), _details(line)) for line in lines
        ]
        return format_html_join("", "<p>{}: {} {} {}</p>", told) or gettext("Никто не слушал")

    @admin.action(description=_("Рассказать снова"), permissions=["tell"])
    def replay_selected(self, request: HttpRequest, queryset: QuerySet[Event]) -> None:
        self._replay(request, list(queryset.order_by("at").values_list("pk", flat=True)[:MOST_AT_ONCE]))

    def _replay(self, request: HttpRequest, events: list[Any]) -> None:
        try:
            told = reacting.replay(events, user=request.user)
        except DomainError as error:
            self.message_user(request, str(error.message), messages.ERROR)
        else:
            self.message_user(request, gettext("Рассказано снова: %(count)s") % {"count": len(told)}, messages.SUCCESS)


def _details(line: Reaction) -> str:
    return safe_json.dumps(line.details) if line.details else ""
