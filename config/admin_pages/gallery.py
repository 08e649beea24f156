"""`/admin/templates`: ready workflows, from which a draft is made by one press."""

from __future__ import annotations

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import services as accounts
from accounts.errors import DomainError
from workflows import catalogue
from workflows import services as workflows


@require_http_methods(["GET", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """The list; a POST makes a workflow of the one named by `slug`, and opens it in the editor."""
    if not accounts.project_ids(request.user, action="workflow.view"):
        raise PermissionDenied
    if request.method == "POST":
        return _make(request)
    titles = {node_type.type: str(node_type.title) for node_type in catalogue.all_types()}
    context = {
        **admin.site.each_context(request),
        "title": _("Новый из шаблона"),
        "templates": [
            (template, [titles.get(name, name) for name in template.node_types]) for template in workflows.templates()
        ],
        "may_make": bool(accounts.project_ids(request.user, action="workflow.edit")),
    }
    return TemplateResponse(request, "admin/naryad/templates.html", context)


def _make(request: HttpRequest) -> HttpResponse:
    try:
        made = workflows.create_from_template(slug=request.POST.get("slug", ""), user=request.user)
    except DomainError as error:
        messages.error(request, str(error.message))
        return HttpResponseRedirect(reverse("admin:templates"))
    messages.success(request, _("Создан черновик: впишите своё и опубликуйте"))
    return HttpResponseRedirect(reverse("admin:workflow_editor", args=[made.pk]))
