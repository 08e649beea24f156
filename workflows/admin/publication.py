"""Taking a workflow out of publication in the admin: what that does is said first, and has to be confirmed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext

from accounts import services as accounts
from accounts.errors import DomainError
from workflows import services
from workflows.models import Workflow

MAY = "workflow.publish"


class PublicationPages(admin.ModelAdmin):
    """Adds the way out of publication to the admin of workflows."""

    def get_urls(self) -> list[URLPattern]:
        """Before Django's own, whose ids take any path."""
        unpublish = self.admin_site.admin_view(self.unpublish_view)
        return [path("<uuid:workflow_id>/unpublish/", unpublish, name="workflow_unpublish"), *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        about = context.get("original")
        may = isinstance(about, Workflow) and about.project_id in accounts.project_ids(request.user, action=MAY)
        return super().render_change_form(request, {**context, "may_publish": may}, *args, **kwargs)

    def unpublish_view(self, request: HttpRequest, workflow_id: UUID) -> HttpResponse:
        """Ask, and on a POST do it."""
        workflow = self.get_object(request, str(workflow_id))
        if not isinstance(workflow, Workflow):
            raise Http404
        if workflow.project_id not in accounts.project_ids(request.user, action=MAY):
            raise PermissionDenied
        if request.method == "POST":
            return self._unpublish(request, workflow)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Снять с публикации: %(workflow)s") % {"workflow": workflow},
            "opts": self.opts,
            "original": workflow,
        }
        return TemplateResponse(request, "admin/workflows/unpublish.html", context)

    def _unpublish(self, request: HttpRequest, workflow: Workflow) -> HttpResponse:
        try:
            services.unpublish(workflow_id=workflow.pk, user=request.user)
        except DomainError as error:
            self.message_user(request, str(error.message), messages.ERROR)
        else:
            self.message_user(
                request, gettext("Снят с публикации: %(workflow)s") % {"workflow": workflow}, messages.SUCCESS
            )
        return HttpResponseRedirect(reverse("admin:workflows_workflow_change", args=[workflow.pk]))
