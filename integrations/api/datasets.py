"""`/datasets`: what the steps of runs have stored, page by page or as one download."""

from __future__ import annotations

import zoneinfo
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.pagination import Pages
from accounts.permissions import acting_user
from integrations import datasets, shipments, workbooks
from integrations.datasets import FORMATS, RowFilter
from integrations.downloads import stream
from integrations.models import Dataset, RejectedRow


class DatasetShape(serializers.ModelSerializer[Dataset]):
    """A dataset as lists show it."""

    workflowId = serializers.UUIDField(source="workflow_id", allow_null=True)
    nodeId = serializers.CharField(source="node_id")
    nodeType = serializers.CharField(source="node_type")
    columns = serializers.ListField(child=serializers.CharField())
    rows = serializers.IntegerField(source="row_count")
    createdAt = serializers.DateTimeField(source="created_at")
    updatedAt = serializers.DateTimeField(source="updated_at")

    class Meta:
        model = Dataset
        fields = [
            "id",
            "name",
            "title",
            "kind",
            "workflowId",
            "nodeId",
            "nodeType",
            "columns",
            "rows",
            "createdAt",
            "updatedAt",
        ]
        read_only_fields = fields


class DatasetFilter(django_filters.FilterSet):
    workflowId = django_filters.UUIDFilter(field_name="workflow_id")
    kind = django_filters.ChoiceFilter(choices=Dataset.Kind.choices)

    class Meta:
        model = Dataset
        fields: list[str] = []


class RowQuery(serializers.Serializer[None]):
    """`format` picks the shape of the answer; the rest is read by `datasets.RowFilter`."""

    format = serializers.ChoiceField(choices=["json", *FORMATS], required=False, default="json")


class FormatByParameter(BaseContentNegotiation):
    """Here `?format=` chooses, so a client that accepts CSV only must not be sent away because of its header."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


ROW_PARAMETERS: list[Any] = [
    RowQuery,
    OpenApiParameter("executionId", OpenApiTypes.UUID, description="Rows of this run only."),
    OpenApiParameter("from", str, description="Stored at this date or moment or later (ISO 8601)."),
    OpenApiParameter("to", str, description="Stored on this date or earlier; a moment is exclusive (ISO 8601)."),
]

STORED_OBJECT = {"type": "object", "additionalProperties": {}}


class RejectedRowShape(serializers.ModelSerializer[RejectedRow]):
    """A row that BigQuery could not take, and the field that spoils it."""

    table = serializers.CharField(source="shipment.table.name")
    executionId = serializers.UUIDField(source="shipment.execution_id")
    nodeId = serializers.CharField(source="shipment.node_id")
    createdAt = serializers.DateTimeField(source="created_at")
    row = serializers.JSONField()

    class Meta:
        model = RejectedRow
        fields = ["id", "table", "executionId", "nodeId", "position", "field", "reason", "row", "createdAt"]
        read_only_fields = fields


class SentAgain(serializers.Serializer[None]):
    shipments = serializers.IntegerField(help_text="How many outputs of nodes travel to BigQuery once more.")


class DatasetViewSet(GenericViewSet[Dataset]):
    """Datasets of the projects in which the person may see stored data."""

    action_roles = {
        "list": "dataset.view",
        "rows": "dataset.view",
        "rejected": "dataset.view",
        "send_again": "dataset.send",
    }
    queryset = Dataset.objects.none()
    serializer_class = DatasetShape
    filterset_class = DatasetFilter
    content_negotiation_class = FormatByParameter

    def get_queryset(self) -> QuerySet[Dataset]:
        return Dataset.objects.visible_to(self.request.user).order_by("name", "id")

    @extend_schema(summary="What is stored", operation_id="datasets_list")
    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(
        summary="Rows of a dataset: pages of JSON, or all of them as NDJSON, CSV or XLSX",
        operation_id="datasets_rows",
        parameters=ROW_PARAMETERS,
        filters=False,
        responses={
            (200, "application/json"): OpenApiResponse(
                Pages().get_paginated_response_schema({"type": "array", "items": STORED_OBJECT}),
                description="Pages of stored objects.",
            ),
            (200, "application/x-ndjson"): OpenApiTypes.STR,
            (200, "text/csv"): OpenApiTypes.STR,
            (200, workbooks.CONTENT_TYPE): OpenApiTypes.BINARY,
        },
    )
    def rows(self, request: Request, name: str) -> HttpResponseBase:
        user = acting_user(request)
        dataset = datasets.find(user, name)
        query = RowQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        parameters = request.query_params.dict()
        chosen = datasets.rows_of(dataset, RowFilter.read(parameters, zoneinfo.ZoneInfo(user.time_zone)))
        if query.validated_data["format"] != "json":
            return stream(request, dataset, chosen, query.validated_data["format"])
        page: Any = self.paginate_queryset(chosen)  # type: ignore[arg-type]
        return self.get_paginated_response([datasets.as_object(dataset, row) for row in page])

    @extend_schema(
        summary="Rows of a dataset that BigQuery could not take",
        operation_id="datasets_rejected",
        filters=False,
        responses=RejectedRowShape(many=True),
    )
    def rejected(self, request: Request, name: str) -> Response:
        rows = shipments.rejected(datasets.find(acting_user(request), name))
        page: Any = self.paginate_queryset(rows)  # type: ignore[arg-type]
        return self.get_paginated_response(RejectedRowShape(page, many=True).data)

    @extend_schema(
        summary="Send what holds rejected rows to BigQuery once more",
        operation_id="datasets_send_again",
        request=None,
        responses=SentAgain,
    )
    def send_again(self, request: Request, name: str) -> Response:
        dataset = datasets.find(acting_user(request), name, action="dataset.send")
        sent = shipments.send_again(list(shipments.rejected(dataset).values_list("shipment_id", flat=True)))
        return Response({"shipments": sent})
