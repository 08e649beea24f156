"""Addresses of this package under /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from workflows.api.forecasts import ForecastViewSet
from workflows.api.gallery import TemplateViewSet
from workflows.api.importing import ImportViewSet, LinkViewSet
from workflows.api.node_types import NodeTypeViewSet
from workflows.api.testing import DrawnProposalViewSet, PinViewSet, PreviewViewSet
from workflows.api.variables import VariableViewSet
from workflows.api.versions import VersionViewSet
from workflows.api.workflows import WorkflowViewSet

ONE = "workflows/<str:workflow_id>"

urlpatterns: list[URLPattern | URLResolver] = [
    path("workflows", WorkflowViewSet.as_view({"get": "list", "post": "create"}), name="workflows"),
    path("workflows/import", ImportViewSet.as_view({"post": "create"}), name="workflows-import"),
    path(
        "workflows/link-report",
        LinkViewSet.as_view({"get": "report"}),
        name="workflows-link-report",
    ),
    path("workflows/link-report/files", ImportViewSet.as_view({"post": "report"}), name="workflows-link-report-files"),
    path(ONE, WorkflowViewSet.as_view({"get": "retrieve", "put": "replace", "delete": "destroy"}), name="workflow"),
    path(f"{ONE}/validate", WorkflowViewSet.as_view({"post": "check_definition"}), name="workflow-validate"),
    path(f"{ONE}/forecast", ForecastViewSet.as_view({"get": "retrieve"}), name="workflow-forecast"),
    path(f"{ONE}/export", LinkViewSet.as_view({"get": "export"}), name="workflow-export"),
    path(f"{ONE}/repair", LinkViewSet.as_view({"get": "proposals", "post": "repair"}), name="workflow-repair"),
    path(f"{ONE}/proposals", DrawnProposalViewSet.as_view({"post": "create"}), name="workflow-proposals"),
    path(f"{ONE}/preview", PreviewViewSet.as_view({"post": "create"}), name="workflow-preview"),
    path(f"{ONE}/pins", PinViewSet.as_view({"get": "list"}), name="workflow-pins"),
    path(
        f"{ONE}/pins/<path:node_id>", PinViewSet.as_view({"put": "replace", "delete": "destroy"}), name="workflow-pin"
    ),
    path(f"{ONE}/duplicate", WorkflowViewSet.as_view({"post": "duplicate"}), name="workflow-duplicate"),
    path(f"{ONE}/publish", WorkflowViewSet.as_view({"post": "publish"}), name="workflow-publish"),
    path(f"{ONE}/unpublish", WorkflowViewSet.as_view({"post": "unpublish"}), name="workflow-unpublish"),
    path(f"{ONE}/versions", VersionViewSet.as_view({"get": "list"}), name="versions"),
    path(f"{ONE}/versions/diff", VersionViewSet.as_view({"get": "diff"}), name="versions-diff"),
    path(f"{ONE}/versions/<str:version>", VersionViewSet.as_view({"get": "retrieve"}), name="version"),
    path(f"{ONE}/versions/<str:version>/restore", VersionViewSet.as_view({"post": "restore"}), name="version-restore"),
    path("workflow-templates", TemplateViewSet.as_view({"get": "list"}), name="workflow-templates"),
    path(
        "workflow-templates/<slug:slug>/workflows",
        TemplateViewSet.as_view({"post": "create"}),
        name="workflow-template-workflows",
    ),
    path("variables", VariableViewSet.as_view({"get": "list", "post": "create"}), name="variables"),
    path(
        "variables/<int:variable_id>",
        VariableViewSet.as_view({"get": "retrieve", "put": "replace", "delete": "destroy"}),
        name="variable",
    ),
    path("node-types", NodeTypeViewSet.as_view({"get": "list"}), name="node-types"),
    path("node-types/<str:node_type>", NodeTypeViewSet.as_view({"get": "retrieve"}), name="node-type"),
]
