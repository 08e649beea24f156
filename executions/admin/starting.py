"""Starting runs from the admin pages of workflows.

A workflow does not know what runs it, so its own page knows no button for that: this floor adds it.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import services as accounts
from accounts.errors import DomainError
from executions import services
from workflows import services as workflows
from workflows.admin import WorkflowAdmin

Workflow = apps.get_model("workflows", "Workflow")


class RunnableWorkflowAdmin(WorkflowAdmin):
    """The page of workflows, with a button and an action that start a run."""

    change_form_template = "admin/executions/workflow/change_form.html"
    actions = (*WorkflowAdmin.actions, "run_selected")  # type: ignore[assignment]  # one more than below

    def has_run_permission(self, request: HttpRequest) -> bool:
        """Asked by Django for actions that need the permission `run`."""
        return bool(accounts.project_ids(request.user, action="execution.start"))

    @admin.action(description=_("Запустить"), permissions=["run"])
    def run_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for workflow in queryset:
            self._start(request, workflow)

    def get_urls(self) -> list[URLPattern]:
        run = path("<path:object_id>/run/", self.admin_site.admin_view(self.run_view), name="workflow_run")
        return [run, *super().get_urls()]

    def run_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Start a run and show it."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        workflow = self.get_object(request, object_id)
        if workflow is None:
            raise Http404
        return HttpResponseRedirect(self._start(request, workflow) or reverse("admin:workflows_workflow_changelist"))

    def _start(self, request: HttpRequest, workflow: Any) -> str | None:
        """Start a run and say where it is; None when it could not be started, with the reason said."""
        try:
            target = workflows.startable(workflow.pk, request.user)
            execution, _created = services.start(target=target, user=request.user)
        except DomainError as error:
            self.message_user(request, f"{workflow}: {error.message}", messages.ERROR)
            return None
        address = reverse("admin:executions_execution_change", args=[execution.pk])
        text = format_html('{} <a href="{}">{}</a>', gettext("Запуск начат:"), address, execution)
        self.message_user(request, text, messages.SUCCESS)
        return address


admin.site.unregister(Workflow)
admin.site.register(Workflow, RunnableWorkflowAdmin)
