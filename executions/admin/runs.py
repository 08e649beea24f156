"""Runs in the admin: to be read and steered, never to be edited."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from accounts import services as accounts
from accounts.chips import Chip
from accounts.errors import DomainError
from accounts.models import User
from accounts.rows_by_role import RowsByRole
from executions import services
from executions.admin.details import details_of
from executions.admin.viewing import RunPages
from executions.engine.states import ExecutionStatus
from executions.models import Execution
from executions.sentences import STATES, origin, state
from executions.shapes import presentable, spoken
from integrations import safe_json

Control = Callable[..., Any]

CONTROLS: dict[str, Control] = {
    "pause": services.pause,
    "resume": services.resume,
    "stop": services.stop,
    "retry": services.retry,
}

OFFERED: dict[str, tuple[str, ...]] = {
    ExecutionStatus.QUEUED: ("stop",),
    ExecutionStatus.RUNNING: ("pause", "stop"),
    ExecutionStatus.PAUSED: ("resume", "stop"),
    ExecutionStatus.FAILING: ("stop",),
    ExecutionStatus.FAILED: ("retry",),
    ExecutionStatus.STOPPED: ("retry",),
}
"""The buttons of a run in each state; what a click may really do is decided by the services."""

COLOURS = dict.fromkeys(ExecutionStatus, "") | {
    ExecutionStatus.QUEUED: "primary",
    ExecutionStatus.RUNNING: "info",
    ExecutionStatus.PAUSED: "warning",
    ExecutionStatus.FAILING: "danger",
    ExecutionStatus.SUCCEEDED: "success",
    ExecutionStatus.FAILED: "danger",
}
"""What stands out in the list; what was stopped stays grey."""

NAMES = {
    "pause": _("Приостановить"),
    "resume": _("Возобновить"),
    "stop": _("Остановить"),
    "retry": _("Продолжить с ошибки"),
}


class StateFilter(admin.SimpleListFilter):
    """Runs in one state, named for people."""

    title = _("состояние")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(status.value, gettext(STATES[status])) for status in ExecutionStatus]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Execution]) -> QuerySet[Execution]:
        return queryset if self.value() is None else queryset.filter(status=self.value())


@admin.register(Execution)
class ExecutionAdmin(RowsByRole, RunPages, ModelAdmin):
    """Who may see and steer a run is decided by the person's role in its project, as in the API."""

    viewed_by = "execution.view"
    change_form_template = "admin/executions/execution/change_form.html"
    list_display = ("id", "flow", "version_label", "state", "started_by", "created_at", "finished_at")
    list_filter = (StateFilter, "project", "created_at")
    search_fields = ("id__exact", "workflow__code", "workflow__name")
    search_help_text = _("Номер запуска целиком, код или название рабочего процесса")
    ordering = ("-created_at",)
    show_full_result_count = False
    actions = ("pause_selected", "resume_selected", "stop_selected", "retry_selected")
    fields: ClassVar[tuple[str, ...]] = (
        "flow",
        "version_label",
        "state",
        "failure",
        "priority",
        "cause",
        "concurrency_key",
        "started_by",
        "created_at",
        "started_at",
        "finished_at",
        "deadline_at",
        "input_shown",
    )
    readonly_fields = fields

    # --- rights --------------------------------------------------------------------------------------------------
    def get_queryset(self, request: HttpRequest) -> QuerySet[Execution]:
        return presentable(Execution.objects.visible_to(request.user))

    def has_control_permission(self, request: HttpRequest, obj: Execution | None = None) -> bool:
        """Asked by Django for actions that need the permission `control`."""
        return self.may(request, "execution.control", obj)

    # --- what is shown -------------------------------------------------------------------------------------------
    @admin.display(description=_("рабочий процесс"), ordering="workflow__name")
    def flow(self, execution: Execution) -> SafeString:
        address = reverse("admin:workflows_workflow_change", args=[execution.workflow_id])
        return format_html('<a href="{}">{}</a>', address, execution.workflow)

    @admin.display(description=_("версия"))
    def version_label(self, execution: Execution) -> str:
        return execution.version.label

    @display(description=_("состояние"), ordering="status", label=COLOURS)
    def state(self, execution: Execution) -> Chip:
        return Chip(execution.status, state(execution.status))

    @admin.display(description=_("ошибка"))
    def failure(self, execution: Execution) -> str:
        return spoken(execution.error)["message"] if execution.error else "—"

    @admin.display(description=_("чем вызван"))
    def cause(self, execution: Execution) -> str:
        """What started the run, with a link to the run that did."""
        shown: Any = execution
        other = execution.retry_of_id or shown.parent_id
        if other is None:
            return origin(execution.origin)
        address = reverse("admin:executions_execution_change", args=[other])
        return format_html('{} <a href="{}">{}</a>', origin(execution.origin), address, other)

    @admin.display(description=_("входные данные"))
    def input_shown(self, execution: Execution) -> SafeString:
        return format_html("<pre>{}</pre>", safe_json.dumps(execution.input_data))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The run's columns, and below them its steps with their attempts and its journal."""
        execution = self.get_object(request, object_id)
        context = dict(extra_context or {})
        if isinstance(execution, Execution):
            steers = self.has_control_permission(request, execution)
            offered = OFFERED.get(execution.status, ()) if steers else ()
            zone = zoneinfo.ZoneInfo(request.user.time_zone if isinstance(request.user, User) else "UTC")
            context |= details_of(execution, retries=steers, zone=zone) | {
                "controls": [(reverse(f"admin:execution_{name}", args=[object_id]), NAMES[name]) for name in offered]
            }
        return super().change_view(request, object_id, form_url, context)

    # --- what can be done ----------------------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        mine = [
            path(
                f"<path:object_id>/{name}/",
                self.admin_site.admin_view(partial(self.control_view, control=control)),
                name=f"execution_{name}",
            )
            for name, control in CONTROLS.items()
        ]
        retry = path(
            "<path:object_id>/steps/<uuid:step_id>/retry/",
            self.admin_site.admin_view(self.retry_view),
            name="execution_step_retry",
        )
        return [retry, *mine, *super().get_urls()]  # the longer address first: a run's id takes any path

    def control_view(self, request: HttpRequest, object_id: str, control: Control) -> HttpResponse:
        return self._steered(request, object_id, control)

    def retry_view(self, request: HttpRequest, object_id: str, step_id: Any) -> HttpResponse:
        return self._steered(request, object_id, services.retry_step, step_id=step_id, force=True)

    @admin.action(description=_("Приостановить"), permissions=["control"])
    def pause_selected(self, request: HttpRequest, queryset: QuerySet[Execution]) -> None:
        self._each(request, queryset, services.pause)

    @admin.action(description=_("Возобновить"), permissions=["control"])
    def resume_selected(self, request: HttpRequest, queryset: QuerySet[Execution]) -> None:
        self._each(request, queryset, services.resume)

    @admin.action(description=_("Остановить"), permissions=["control"])
    def stop_selected(self, request: HttpRequest, queryset: QuerySet[Execution]) -> None:
        self._each(request, queryset, services.stop)

    @admin.action(description=_("Продолжить с ошибки"), permissions=["control"])
    def retry_selected(self, request: HttpRequest, queryset: QuerySet[Execution]) -> None:
        self._each(request, queryset, services.retry)

    def _steered(self, request: HttpRequest, object_id: str, control: Control, **options: Any) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        execution = self.get_object(request, object_id)
        if not isinstance(execution, Execution):
            raise Http404
        self._each(request, [execution], control, **options)
        return HttpResponseRedirect(reverse("admin:executions_execution_change", args=[object_id]))

    def _each(self, request: HttpRequest, runs: Iterable[Execution], control: Control, **options: Any) -> None:
        """Do it to each run and say what has become of it, or why not."""
        for execution in runs:
            try:
                accounts.require(request.user, "execution.control", execution.project_id)
                changed = control(execution_id=execution.pk, user=request.user, **options)
            except DomainError as error:
                self.message_user(request, f"{execution}: {error.message}", messages.ERROR)
            else:
                self.message_user(request, f"{execution}: {state(changed.status)}", messages.SUCCESS)
