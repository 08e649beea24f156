"""`/workflows/import` and what belongs to it: bringing workflows in, giving them out, looking at their links."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.strict import StrictSerializer
from accounts.permissions import acting_user
from workflows import services
from workflows.api.lookup import find_workflow
from workflows.api.shapes import ProblemShape, VersionDiffShape, WorkflowShape
from workflows.models import Workflow
from workflows.services.import_text import as_rows
from workflows.services.link_report import Entry
from workflows.services.link_report import as_rows as report_rows
from workflows.services.report_text import as_html, as_markdown

AS = OpenApiParameter("as", str, enum=["json", "md", "html"], description="The form of the report, `json` by default")


class WorkflowFilesForm(serializers.Serializer):
    """Exports of n8n or of this system, or archives (zip) of them, each in a part called `file`."""

    file = serializers.ListField(child=serializers.FileField(allow_empty_file=True), allow_empty=False, max_length=500)


class NodeReportShape(serializers.Serializer):
    """What became of a node: its type there and here, the reasons why not, the node that it works in."""

    name = serializers.CharField()
    original = serializers.CharField()
    type = serializers.CharField()
    partOf = serializers.CharField(allow_null=True)
    reasons = serializers.ListField(child=serializers.CharField())


class SwitchOverShape(serializers.Serializer):
    """Credentials to be filled, webhooks to be pointed here, schedules that would run twice."""

    credentials = serializers.ListField(child=serializers.DictField())
    hooks = serializers.ListField(child=serializers.DictField())
    schedules = serializers.ListField(child=serializers.CharField())


class ImportedWorkflowShape(serializers.Serializer):
    """What became of one document."""

    file = serializers.CharField()
    name = serializers.CharField()
    workflowId = serializers.UUIDField(allow_null=True)
    code = serializers.CharField(allow_null=True)
    error = serializers.CharField(allow_null=True)
    converted = serializers.BooleanField(help_text="Whether every node has a counterpart here")
    nodes = NodeReportShape(many=True)
    switchOver = SwitchOverShape()
    problems = ProblemShape(many=True)


class LinkFindingShape(serializers.Serializer):
    """A finding about links; `node` is a name, "" for the whole workflow."""

    code = serializers.CharField()
    severity = serializers.ChoiceField(choices=["error", "warning", "info"])
    node = serializers.CharField(allow_blank=True)
    message = serializers.CharField()
    suggestion = serializers.CharField(allow_blank=True)


class LinkReportShape(serializers.Serializer):
    """The links of one workflow; `ready` when no finding is an error. `file` is its code where it is stored here."""

    file = serializers.CharField()
    name = serializers.CharField()
    version = serializers.CharField(required=False)
    error = serializers.CharField(required=False)
    ready = serializers.BooleanField()
    findings = LinkFindingShape(many=True)


REPORTED = {
    (200, "application/json"): LinkReportShape(many=True),
    (200, "text/markdown"): OpenApiTypes.STR,
    (200, "text/html"): OpenApiTypes.STR,
}
"""What the link report is in each of its forms."""


class ProposalShape(serializers.Serializer):
    """A link that would cure a finding; `targetNode` null stands for a new notification behind the source."""

    id = serializers.CharField()
    code = serializers.CharField()
    sourceNode = serializers.CharField(source="source")
    targetNode = serializers.CharField(source="target", allow_null=True)
    output = serializers.IntegerField()
    because = serializers.ChoiceField(choices=["name_stem", "position", "terminal"])


class RepairRequest(StrictSerializer):
    """The proposals to carry out."""

    repairs = serializers.ListField(child=serializers.CharField(max_length=1000), allow_empty=False, max_length=1000)


class RepairedShape(serializers.Serializer):
    """The workflow with its new draft, and what has changed."""

    workflow = WorkflowShape()
    diff = VersionDiffShape()


class ImportViewSet(GenericViewSet[Workflow]):
    queryset = Workflow.objects.none()
    serializer_class = ImportedWorkflowShape
    parser_classes = [MultiPartParser]
    pagination_class = None
    filter_backends = []
    action_roles = {"create": "workflow.edit", "report": "workflow.view"}

    @extend_schema(
        summary="Import workflows",
        request={"multipart/form-data": WorkflowFilesForm},
        responses={200: ImportedWorkflowShape(many=True)},
    )
    def create(self, request: Request) -> Response:
        """A draft for each document. One that cannot be read has an `error`, and hinders no other."""
        user = acting_user(request)
        outcomes = services.import_files(user=user, files=_files(request))
        return Response(as_rows(outcomes), status=status.HTTP_200_OK)

    @extend_schema(
        summary="Link report on files",
        request={"multipart/form-data": WorkflowFilesForm},
        responses=REPORTED,
        parameters=[AS],
    )
    def report(self, request: Request) -> HttpResponse:
        """The links of exports, which are not saved."""
        return _reported(request, services.report_on_files(_files(request)))


class LinkViewSet(GenericViewSet[Workflow]):
    queryset = Workflow.objects.none()
    serializer_class = LinkReportShape
    pagination_class = None
    filter_backends = []
    action_roles = {
        "report": "workflow.view",
        "export": "workflow.view",
        "proposals": "workflow.view",
        "repair": "workflow.edit",
    }

    def get_queryset(self) -> QuerySet[Workflow]:
        return Workflow.objects.visible_to(acting_user(self.request)).with_versions()

    @extend_schema(summary="Link report", responses=REPORTED, parameters=[AS])
    def report(self, request: Request) -> HttpResponse:
        """The links of the newest versions of all workflows that you may see, by code."""
        stored = Workflow.objects.visible_to(acting_user(request)).order_by("code")
        return _reported(request, list(services.report_on_workflows(stored)))

    @extend_schema(
        summary="Export a workflow",
        responses=OpenApiTypes.OBJECT,
        parameters=[OpenApiParameter("as", str, enum=["naryad", "n8n"], description="The notation, ours by default")],
    )
    def export(self, request: Request, workflow_id: str) -> Response:
        """The newest version. What came from n8n and was not changed is given back equal with `as=n8n`."""
        workflow = find_workflow(request.user, workflow_id)
        wanted = request.query_params.get("as")
        document = services.export_to_n8n(workflow) if wanted == "n8n" else services.export_workflow(workflow)
        disposition = f'attachment; filename="{workflow.id}.json"'
        return Response(document, headers={"Content-Disposition": disposition})

    @extend_schema(summary="Proposed repairs", responses={200: ProposalShape(many=True)})
    def proposals(self, request: Request, workflow_id: str) -> Response:
        """Links that would cure findings of the newest version. Nothing is changed."""
        found = services.proposals(find_workflow(request.user, workflow_id))
        return Response(ProposalShape(found, many=True).data)

    @extend_schema(summary="Repair links", request=RepairRequest, responses={200: RepairedShape})
    def repair(self, request: Request, workflow_id: str) -> Response:
        """The chosen proposals as a new draft. 409 when one of them is no longer proposed."""
        form = RepairRequest(data=request.data)
        form.is_valid(raise_exception=True)
        user = acting_user(request)
        workflow, diff = services.repair_workflow(
            workflow=find_workflow(user, workflow_id), user=user, chosen=form.validated_data["repairs"]
        )
        return Response({"workflow": WorkflowShape(workflow).data, "diff": diff})


def _files(request: Request) -> list[tuple[str, bytes]]:
    form = WorkflowFilesForm(data=request.data)
    form.is_valid(raise_exception=True)
    return [(file.name or "", file.read()) for file in form.validated_data["file"]]


def _reported(request: Request, entries: list[Entry]) -> HttpResponse:
    wanted, now = request.query_params.get("as"), timezone.now()
    if wanted == "md":
        return HttpResponse(as_markdown(entries, now=now), content_type="text/markdown; charset=utf-8")
    if wanted == "html":
        return HttpResponse(as_html(entries, now=now), content_type="text/html; charset=utf-8")
    return Response(report_rows(entries))
