"""The visual editor's addresses beside the pages of workflows, and the short way to a new workflow."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from workflows import services
from workflows.admin import pages
from workflows.models import DEFAULT_PRIORITY, Workflow

KINDS = (
    (Workflow.Kind.FLOW, _("Рабочий процесс"), _("Любые узлы: триггеры, запросы, данные, уведомления")),
    (Workflow.Kind.FUNCTION, _("Функция"), _("Её вызывают другие процессы и ждут результата; сама не запускается")),
    (Workflow.Kind.BACKGROUND, _("Фоновый процесс"), _("За спиной разговора: действие, условие, разделение, письмо")),
)


class NewWorkflowForm(forms.Form):
    """What has to be said before there is something to draw."""

    kind = forms.ChoiceField(choices=Workflow.Kind.choices, initial=Workflow.Kind.FLOW)
    name = forms.CharField(max_length=200)


class EditorPages(admin.ModelAdmin):
    """Adds the editor to the admin of workflows."""

    def get_urls(self) -> list[URLPattern]:
        """Before Django's own, whose ids take any path."""
        guarded = self.admin_site.admin_view
        mine = [
            path("token/", guarded(pages.lend_token), name="workflow_token"),
            path("new/", guarded(self.new_view), name="workflow_new"),
            path("<uuid:workflow_id>/editor/", guarded(self.editor_view), name="workflow_editor"),
        ]
        return [*mine, *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """A new workflow begins with its type and name, by whichever way somebody has come."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(reverse("admin:workflow_new"))

    @admin.display(description=_("редактор"))
    def drawing(self, workflow: Workflow) -> SafeString:
        """The way from the list to the graph."""
        address = reverse("admin:workflow_editor", args=[workflow.pk])
        return format_html('<a href="{}">{}</a>', address, gettext("Открыть"))

    def editor_view(self, request: HttpRequest, workflow_id: Any) -> HttpResponse:
        """The graph, to be drawn; who may not change it may look."""
        workflow = self.get_object(request, str(workflow_id))
        if not isinstance(workflow, Workflow):
            raise Http404
        if not self.has_view_permission(request, workflow):
            raise PermissionDenied
        return pages.show(request, about=workflow, page="editor", workflowId=str(workflow.pk))

    def new_view(self, request: HttpRequest) -> HttpResponse:
        """Type, name, Create - and the editor opens with the blocks of that type."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = NewWorkflowForm(request.POST or None)
        if form.is_valid():
            particulars = services.Particulars(
                name=form.cleaned_data["name"],
                description="",
                kind=form.cleaned_data["kind"],
                priority=DEFAULT_PRIORITY,
                code=None,
            )
            made = services.create_workflow(user=request.user, particulars=particulars, definition=None, draft=True)
            return HttpResponseRedirect(reverse("admin:workflow_editor", args=[made.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Новый процесс"),
            "form": form,
            "kinds": KINDS,
            "chosen": form["kind"].value(),
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/workflows/new.html", context)
