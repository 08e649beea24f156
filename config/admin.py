"""The page of the trail: who changed what, by the pages and by the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from auditlog.models import LogEntry
from django.apps import apps
from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist
from django.db.models import BooleanField, QuerySet
from django.http import HttpRequest
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from accounts.read_only import ReadOnlyRows
from config.rights import may_view_installation
from config.trail import FIELDS

WHAT: Final = {
    LogEntry.Action.CREATE: _("создано"),
    LogEntry.Action.UPDATE: _("изменено"),
    LogEntry.Action.DELETE: _("удалено"),
}
SHOWN: Final = 80
"""Characters of a value; a description may be long."""

admin.site.unregister(LogEntry)


class TableFilter(admin.SimpleListFilter):
    """By the tables that are followed; there are many more."""

    title = _("таблица")
    parameter_name = "table"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(table.lower(), apps.get_model(table)._meta.verbose_name_plural) for table in FIELDS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[LogEntry]) -> QuerySet[LogEntry]:
        label, _dot, model = (self.value() or "").partition(".")
        return queryset.filter(content_type__app_label=label, content_type__model=model) if model else queryset


@admin.register(LogEntry)
class TrailAdmin(ReadOnlyRows, ModelAdmin):
    """Read only. It tells of people and projects alike, so it is for those who look after the installation."""

    list_display = ("at", "who", "what", "content_type", "object", "changes_said", "address")
    list_display_links = None
    list_filter = ("action", TableFilter)
    list_select_related = ("actor", "content_type")
    search_fields = ("object_repr", "actor__username", "object_pk")
    date_hierarchy = "timestamp"
    show_full_result_count = False

    @display(description=_("когда"), ordering="timestamp")
    def at(self, entry: LogEntry) -> datetime:
        return entry.timestamp

    @display(description=_("Объект"))
    def object(self, entry: LogEntry) -> str:
        return entry.object_repr

    @display(description=_("Адрес"))
    def address(self, entry: LogEntry) -> str:
        return entry.remote_addr or "—"

    @display(description=_("кто"), ordering="actor")
    def who(self, entry: LogEntry) -> str:
        return str(entry.actor) if entry.actor else "—"

    @display(description=_("что сделано"), label={"0": "success", "1": "info", "2": "danger"})
    def what(self, entry: LogEntry) -> tuple[str, str]:
        return str(entry.action), str(WHAT.get(entry.action, entry.action))

    @display(description=_("Изменения"))
    def changes_said(self, entry: LogEntry) -> str:
        known = {name: _field(entry, name) for name in entry.changes_dict}
        return "; ".join(
            f"{getattr(known[name], 'verbose_name', name)}: {_said(value, known[name])}"
            for name, value in entry.changes_dict.items()
        )

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_view_installation(request.user)

    def has_view_permission(self, request: HttpRequest, obj: LogEntry | None = None) -> bool:
        return may_view_installation(request.user)


def _field(entry: LogEntry, name: str) -> Any:
    """The field of this name, if there still is one."""
    model = entry.content_type.model_class()
    try:
        return model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None


def _said(value: object, field: Any) -> str:
    """`before → after`; what was added to or taken from a set of rows, by name."""
    if isinstance(value, dict):
        sign = "+" if value.get("operation") == "add" else "−"
        return Truncator(sign + ", ".join(map(str, value.get("objects", ())))).chars(2 * SHOWN)
    if isinstance(value, list) and len(value) == 2:
        return " → ".join(_part(part, field) for part in value)
    return str(value)


def _part(part: object, field: Any) -> str:
    """One value in the words of its field: the trail keeps what stands in the table, as text."""
    if part in (None, "None"):
        return "—"
    if isinstance(field, BooleanField):
        return str(_("Да") if part in (True, "True") else _("Нет"))
    words = {str(choice): str(name) for choice, name in getattr(field, "flatchoices", ())}
    return Truncator(words.get(str(part), str(part))).chars(SHOWN)
