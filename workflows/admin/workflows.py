"""Workflows in the admin: written as JSON, saved, published, copied and deleted through the services."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from accounts.chips import Chip
from accounts.errors import DomainError
from accounts.rows_by_role import RowsByRole
from workflows import catalogue, services
from workflows.admin.bringing import ImportPages
from workflows.admin.editor import EditorPages
from workflows.admin.findings import duration, problem_list
from workflows.admin.forms import WorkflowForm
from workflows.admin.publication import PublicationPages
from workflows.models import Workflow


class NodeTypeFilter(admin.SimpleListFilter):
    """Workflows whose newest version uses a node type."""

    title = _("тип узла")
    parameter_name = "node_type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(node_type.type, str(node_type.title)) for node_type in catalogue.all_types()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Workflow]) -> QuerySet[Workflow]:
        if self.value() is None:
            return queryset
        return queryset.filter(newest_version__nodes__type=self.value()).distinct()


@admin.register(Workflow)
class WorkflowAdmin(RowsByRole, EditorPages, ImportPages, PublicationPages, ModelAdmin):
    """Who may do what here is decided by the person's role in the project, as in the API."""

    viewed_by = "workflow.view"
    changed_by = "workflow.edit"
    removed_by = "workflow.delete"
    form = WorkflowForm
    list_display = ("code", "name", "state", "newest_label", "active_label", "priority", "updated_at", "drawing")
    list_filter = ("kind", NodeTypeFilter, "project")
    search_fields = ("code", "name", "description", "newest_version__nodes__label")
    actions = ("publish_selected", "duplicate_selected")
    readonly_fields = (
        "kind",
        "problems",
        "wildberries_time",
        "newest_label",
        "active_label",
        "created_at",
        "updated_at",
    )
    fieldsets = (
        (None, {"fields": ("name", "code", "description", "kind", "priority")}),
        (_("Граф"), {"fields": ("definition", "problems", "publish", "version")}),
        (_("Служебное"), {"fields": ("wildberries_time", "newest_label", "active_label", "created_at", "updated_at")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Workflow]:
        return Workflow.objects.visible_to(request.user).with_versions().order_by("-created_at", "-id")

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Deleting is done one by one, so that a refusal is about the workflow on the page."""
        return {name: action for name, action in super().get_actions(request).items() if name != "delete_selected"}

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """Nothing is lost: runs and versions stay."""
        return [str(workflow) for workflow in objs], {}, set(), []

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._told(request, super().changeform_view, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._told(request, super().delete_view, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Workflow, form: WorkflowForm, change: bool) -> None:
        """Makes a new version, as every save does."""
        written = form.cleaned_data
        services.replace_workflow(
            workflow_id=obj.id,
            user=request.user,
            particulars=form.particulars(),
            definition=written["definition"],
            draft=not written["publish"],
            expected=services.Expected(version=written["version"]),
        )
        obj.refresh_from_db()

    def delete_model(self, request: HttpRequest, obj: Workflow) -> None:
        services.delete(workflow_id=obj.id, user=request.user)

    @admin.display(description=_("замечания"))
    def problems(self, workflow: Workflow) -> SafeString:
        return problem_list([] if workflow.newest_version is None else workflow.newest_version.problems)

    @admin.display(description=_("сколько ждать Wildberries"))
    def wildberries_time(self, workflow: Workflow) -> str:
        """What the limits will make a run take; a dash where nothing is published or nothing is asked."""
        if workflow.active_version_id is None:
            return "—"
        forecast = services.forecast(workflow)
        return duration(forecast.seconds) if forecast.nodes else "—"

    @display(description=_("состояние"), label={"published": "success", "newer": "warning", "draft": ""})
    def state(self, workflow: Workflow) -> Chip:
        if workflow.is_published:
            return Chip("published", gettext("Опубликован"))
        if workflow.active_version is None:
            return Chip("draft", gettext("Черновик"))
        return Chip("newer", gettext("Есть черновик новее"))

    @admin.display(description=_("новейшая версия"))
    def newest_label(self, workflow: Workflow) -> str:
        return "" if workflow.newest_version is None else workflow.newest_version.label

    @admin.display(description=_("опубликованная версия"))
    def active_label(self, workflow: Workflow) -> str:
        return "" if workflow.active_version is None else workflow.active_version.label

    @admin.action(description=_("Опубликовать"), permissions=["change"])
    def publish_selected(self, request: HttpRequest, queryset: QuerySet[Workflow]) -> None:
        for workflow in queryset:
            self._tried(request, workflow, services.publish, gettext("Опубликован: %(workflow)s"))

    @admin.action(description=_("Создать копию"), permissions=["change"])
    def duplicate_selected(self, request: HttpRequest, queryset: QuerySet[Workflow]) -> None:
        for workflow in queryset:
            self._tried(request, workflow, services.duplicate, gettext("Скопирован: %(workflow)s"))

    def _tried(self, request: HttpRequest, workflow: Workflow, act: Any, success: str) -> None:
        try:
            act(workflow_id=workflow.id, user=request.user)
        except DomainError as error:
            reasons = "; ".join(problem["message"] for problem in error.details.get("problems", []))
            self.message_user(request, f"{workflow}: {error.message}. {reasons}", messages.ERROR)
        else:
            self.message_user(request, success % {"workflow": workflow}, messages.SUCCESS)

    def _told(self, request: HttpRequest, view: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """A refusal of the services becomes a message on the same page."""
        try:
            return view(request, *args, **kwargs)
        except DomainError as error:
            self.message_user(request, str(error.message), messages.ERROR)
            return HttpResponseRedirect(request.path)
