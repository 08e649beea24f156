"""Alerts in the admin: what goes wrong, taken on or silenced."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.chips import Chip
from accounts.errors import DomainError
from executions.admin.books import BookAdmin
from integrations import alerting, event_types, safe_json
from integrations.alerting import Alert

DAY_SECONDS = 86_400


@admin.register(Alert)
class AlertAdmin(BookAdmin):
    """Who may see events sees them; to handle them takes the right to handle alerts."""

    list_select_related: ClassVar[Any] = ("project", "acknowledged_by")
    ordering = ("-last_at",)
    viewed_by = "event.view"
    list_display = ("last_at", "state_shown", "what", "subject", "count", "opened_at", "acknowledged_by")
    list_filter = (("closed_at", admin.EmptyFieldListFilter), "name", "project", "last_at")
    search_fields = ("=id", "=name", "=subject", "=fingerprint")
    actions = ("take_selected", "mute_selected")
    fields: ClassVar[tuple[str, ...]] = (
        "what",
        "subject",
        "state_shown",
        "count",
        "opened_at",
        "last_at",
        "acknowledged_by",
        "acknowledged_at",
        "muted_until",
        "closed_at",
        "tellings",
        "told_at",
        "payload_shown",
        "fingerprint",
    )
    readonly_fields = fields

    def has_handle_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Asked by Django for actions that need the permission `handle`."""
        return self.may(request, "alert.handle", obj)

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **more: Any) -> HttpResponse:
        """What may be done with one alert stands on its page, and goes the way of the list's actions."""
        alert = self.get_object(request, object_id)
        deeds = [
            (name, words) for name, (_deed, _name, words) in self.get_actions(request).items() if name in self.actions
        ]
        waits = alert is not None and alert.closed_at is None and self.has_handle_permission(request, alert)
        return super().change_view(request, object_id, extra_context={"may_handle": waits, "deeds": deeds})

    @admin.display(description=_("что"), ordering="name")
    def what(self, alert: Alert) -> str:
        known = event_types.ALL.get(alert.name)
        return str(known.title) if known is not None else alert.name

    @display(description=_("состояние"), label={"open": "danger", "taken": "warning", "over": "success"})
    def state_shown(self, alert: Alert) -> Chip:
        if alert.closed_at is not None:
            return Chip("over", alert.get_ending_display())
        return Chip("open", _("Не разобрано")) if alert.acknowledged_at is None else Chip("taken", _("В работе"))

    @admin.display(description=_("последнее содержание"))
    def payload_shown(self, alert: Alert) -> SafeString:
        return format_html("<pre>{}</pre>", safe_json.dumps(alert.payload))

    @admin.action(description=_("Принять"), permissions=["handle"])
    def take_selected(self, request: HttpRequest, queryset: QuerySet[Alert]) -> None:
        said = gettext("Принято: %(alert)s")
        self._handled(request, queryset, lambda key: alerting.acknowledge(key, user=request.user), said)

    @admin.action(description=_("Не сообщать сутки"), permissions=["handle"])
    def mute_selected(self, request: HttpRequest, queryset: QuerySet[Alert]) -> None:
        said = gettext("Сутки не сообщается: %(alert)s")
        self._handled(request, queryset, lambda key: alerting.mute(key, user=request.user, seconds=DAY_SECONDS), said)

    def _handled(self, request: HttpRequest, queryset: QuerySet[Alert], handle: Any, said: str) -> None:
        """Each by itself; `said` is what is told of one that was handled."""
        for alert in queryset:
            name = f"{self.what(alert)} {alert.subject}".strip()
            try:
                handle(alert.pk)
            except DomainError as error:
                self.message_user(request, f"{name}: {error.message}", messages.ERROR)
            else:
                self.message_user(request, said % {"alert": name}, messages.SUCCESS)
