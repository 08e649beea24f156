"""Addresses of this package under /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from workflows.api.node_types import NodeTypeViewSet
from workflows.api.versions import VersionViewSet
from workflows.api.workflows import WorkflowViewSet

ONE = "workflows/<str:workflow_id>"

urlpatterns: list[URLPattern | URLResolver] = [
    path("workflows", WorkflowViewSet.as_view({"get": "list", "post": "create"}), name="workflows"),
    path(ONE, WorkflowViewSet.as_view({"get": "retrieve", "put": "replace", "delete": "destroy"}), name="workflow"),
    path(f"{ONE}/validate", WorkflowViewSet.as_view({"post": "check_definition"}), name="workflow-validate"),
    path(f"{ONE}/duplicate", WorkflowViewSet.as_view({"post": "duplicate"}), name="workflow-duplicate"),
    path(f"{ONE}/publish", WorkflowViewSet.as_view({"post": "publish"}), name="workflow-publish"),
    path(f"{ONE}/versions", VersionViewSet.as_view({"get": "list"}), name="versions"),
    path(f"{ONE}/versions/diff", VersionViewSet.as_view({"get": "diff"}), name="versions-diff"),
    path(f"{ONE}/versions/<str:version>", VersionViewSet.as_view({"get": "retrieve"}), name="version"),
    path(f"{ONE}/versions/<str:version>/restore", VersionViewSet.as_view({"post": "restore"}), name="version-restore"),
    path("node-types", NodeTypeViewSet.as_view({"get": "list"}), name="node-types"),
    path("node-types/<str:node_type>", NodeTypeViewSet.as_view({"get": "retrieve"}), name="node-type"),
]
