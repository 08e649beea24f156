"""What steps have written down, in the admin: errors that can be run again or put aside, and notices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from accounts import services as accounts
from accounts.chips import Chip
from accounts.errors import DomainError
from accounts.rows_by_role import RowsByRole
from executions.models import Notice, SavedError
from executions.sentences import phrase
from executions.services import saved_errors
from integrations import safe_json

COLOURS = dict.fromkeys(SavedError.State.values, "") | {"open": "danger", "resolved": "success"}


class BookAdmin(RowsByRole, ModelAdmin):
    """Rows that only steps write. Who may look at the runs of a project may look at them."""

    viewed_by = "execution.view"
    list_select_related: ClassVar[Any] = ("workflow", "project")
    show_full_result_count = False
    ordering = ("-at",)
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: Any = self.model._default_manager
        return rows.visible_to(request.user)

    def has_control_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Asked by Django for actions that need the permission `control`."""
        return self.may(request, "execution.control", obj)

    @admin.display(description=_("рабочий процесс"))
    def flow(self, row: Any) -> str:
        return str(row.workflow)

    @admin.display(description=_("запуск"))
    def run_link(self, row: Any) -> str:
        return run_link(row.execution_id)

    def _each(self, request: HttpRequest, rows: QuerySet[Any], act: Callable[[Any], Any]) -> None:
        """Do it to each row and say what has become of it, or why not."""
        for row in rows:
            try:
                accounts.require(request.user, "execution.control", row.project_id)
                done = act(row)
            except DomainError as error:
                self.message_user(request, f"{row}: {error.message}", messages.ERROR)
            else:
                self.message_user(request, f"{row}: {done}" if done else str(row), messages.SUCCESS)


@admin.register(SavedError)
class SavedErrorAdmin(BookAdmin):
    list_display = ("at", "state_shown", "code", "said", "flow", "label", "run_link")
    list_filter = ("state", "source", "project", "at")
    search_fields = ("=id", "=execution_id", "code", "workflow__code", "node_id")
    actions = ("replay_selected", "resolve_selected", "dismiss_selected")
    fields: ClassVar[tuple[str, ...]] = (
        "at",
        "state",
        "source",
        "code",
        "said",
        "flow",
        "label",
        "node_id",
        "run_link",
        "details_shown",
        "input_shown",
        "handled_by",
        "handled_at",
        "reason",
        "replay_link",
    )
    readonly_fields = fields

    @display(description=_("состояние"), ordering="state", label=COLOURS)
    def state_shown(self, error: SavedError) -> Chip:
        return Chip(error.state, error.get_state_display())

    @admin.display(description=_("сообщение"))
    def said(self, error: SavedError) -> str:
        return phrase(error.message, error.details)

    @admin.display(description=_("подробности"))
    def details_shown(self, error: SavedError) -> SafeString:
        return format_html("<pre>{}</pre>", safe_json.dumps(error.details))

    @admin.display(description=_("входные данные"))
    def input_shown(self, error: SavedError) -> SafeString:
        return format_html("<pre>{}</pre>", safe_json.dumps(error.input))

    @admin.display(description=_("повтор"))
    def replay_link(self, error: SavedError) -> str:
        return run_link(error.replay_id)

    @admin.action(description=_("Повторить"), permissions=["control"])
    def replay_selected(self, request: HttpRequest, queryset: QuerySet[SavedError]) -> None:
        self._each(request, queryset, lambda error: saved_errors.replay(error, user=request.user).pk)

    @admin.action(description=_("Отметить исправленными"), permissions=["control"])
    def resolve_selected(self, request: HttpRequest, queryset: QuerySet[SavedError]) -> None:
        self._put_aside(request, queryset, "resolved")

    @admin.action(description=_("Отклонить"), permissions=["control"])
    def dismiss_selected(self, request: HttpRequest, queryset: QuerySet[SavedError]) -> None:
        self._put_aside(request, queryset, "dismissed")

    def _put_aside(self, request: HttpRequest, queryset: QuerySet[SavedError], outcome: Any) -> None:
        self._each(
            request,
            queryset,
            lambda error: saved_errors.put_aside(error, user=request.user, outcome=outcome, reason=""),
        )


@admin.register(Notice)
class NoticeAdmin(BookAdmin):
    list_display = ("at", "severity_shown", "title", "flow", "run_link", "seen_by")
    list_filter = ("severity", ("seen_at", admin.EmptyFieldListFilter), "project", "at")
    search_fields = ("=id", "=execution_id", "title", "workflow__code")
    actions = ("see_selected",)
    fields: ClassVar[tuple[str, ...]] = (
        "at",
        "severity",
        "title",
        "text",
        "flow",
        "node_id",
        "run_link",
        "seen_by",
        "seen_at",
    )
    readonly_fields = fields

    @display(
        description=_("важность"),
        ordering="severity",
        label={"error": "danger", "critical": "danger", "warning": "warning", "info": "info"},
    )
    def severity_shown(self, notice: Notice) -> tuple[str, str]:
        return notice.severity, notice.get_severity_display()

    @admin.action(description=_("Отметить прочитанными"), permissions=["control"])
    def see_selected(self, request: HttpRequest, queryset: QuerySet[Notice]) -> None:
        self._each(request, queryset, lambda notice: saved_errors.see(notice, user=request.user))


def run_link(run_id: Any) -> str:
    """A link to the run, which may have been forgotten."""
    if run_id is None:
        return "—"
    return format_html('<a href="{}">{}</a>', reverse("admin:executions_execution_change", args=[run_id]), run_id)
