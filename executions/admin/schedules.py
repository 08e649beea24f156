"""Schedules in the admin: how far each has got. When and what it starts is edited in its periodic task."""

from __future__ import annotations

from operator import attrgetter
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts import services as accounts
from accounts.rows_by_role import RowsByRole
from executions.models import ScheduleFire, Trigger
from executions.services.scheduling.orders import WORDS, Fault


class ReadOnlyAdmin(RowsByRole, ModelAdmin):
    """Rows that the engine writes. Who may look at a workflow, which stands at `workflow_of`, may look at them."""

    viewed_by = "workflow.view"
    workflow_of: ClassVar[str]

    def project_of(self, row: Any) -> int | None:
        workflow = attrgetter(self.workflow_of)(row)
        return None if workflow is None else int(workflow.project_id)


@admin.register(Trigger)
class TriggerAdmin(ReadOnlyAdmin):
    workflow_of = "workflow"
    list_display = ("flow", "node_id", "task_link", "switched_on", "fault_shown", "next_due_at", "last_due_at")
    search_fields = ("workflow__code", "workflow__name", "node_id", "periodic_task__name")
    ordering = ("workflow", "node_id")
    fields: ClassVar[tuple[str, ...]] = (
        "flow",
        "node_id",
        "task_link",
        "switched_on",
        "fault_shown",
        "next_due_at",
        "last_due_at",
        "created_at",
        "fires_link",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Trigger]:
        """A schedule of no workflow is one made by hand that names none: whoever may publish somewhere sees it."""
        projects = accounts.project_ids(request.user, action="workflow.view")
        rows = Trigger.objects.select_related("workflow", "periodic_task")
        mine = rows.filter(workflow__project_id__in=projects)
        publishes = bool(accounts.project_ids(request.user, action="workflow.publish"))
        return mine | rows.filter(workflow=None) if publishes else mine

    @admin.display(description=_("рабочий процесс"), ordering="workflow__code")
    def flow(self, trigger: Trigger) -> str:
        return "—" if trigger.workflow is None else str(trigger.workflow)

    @admin.display(description=_("задача beat"))
    def task_link(self, trigger: Trigger) -> str:
        if trigger.periodic_task is None:
            return "—"
        address = reverse("admin:django_celery_beat_periodictask_change", args=[trigger.periodic_task.pk])
        return format_html('<a href="{}">{}</a>', address, trigger.periodic_task.name)

    @admin.display(description=_("включено"), boolean=True)
    def switched_on(self, trigger: Trigger) -> bool:
        return trigger.periodic_task is not None and trigger.periodic_task.enabled

    @admin.display(description=_("неисправность"))
    def fault_shown(self, trigger: Trigger) -> str:
        return str(WORDS[Fault(trigger.fault)]) if trigger.fault else "—"

    @admin.display(description=_("срабатывания"))
    def fires_link(self, trigger: Trigger) -> str:
        address = reverse("admin:executions_schedulefire_changelist")
        return format_html('<a href="{}?trigger__id__exact={}">{}</a>', address, trigger.pk, _("показать"))


@admin.register(ScheduleFire)
class ScheduleFireAdmin(ReadOnlyAdmin):
    list_display = ("due_at", "flow", "node", "outcome", "ticks", "run_link", "fired_at")
    list_filter = (("trigger", admin.RelatedOnlyFieldListFilter),)
    workflow_of = "trigger.workflow"
    search_fields = ("trigger__workflow__code", "trigger__node_id", "outcome")
    ordering = ("-id",)
    show_full_result_count = False
    fields: ClassVar[tuple[str, ...]] = list_display
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[ScheduleFire]:
        projects = accounts.project_ids(request.user, action="workflow.view")
        rows = ScheduleFire.objects.select_related("trigger__workflow")
        return rows.filter(trigger__workflow__project_id__in=projects)

    @admin.display(description=_("рабочий процесс"))
    def flow(self, fire: ScheduleFire) -> str:
        return str(fire.trigger.workflow)

    @admin.display(description=_("узел"))
    def node(self, fire: ScheduleFire) -> str:
        return fire.trigger.node_id or "—"

    @admin.display(description=_("запуск"))
    def run_link(self, fire: ScheduleFire) -> str:
        if fire.execution_id is None:
            return "—"
        address = reverse("admin:executions_execution_change", args=[fire.execution_id])
        return format_html('<a href="{}">{}</a>', address, fire.execution_id)
