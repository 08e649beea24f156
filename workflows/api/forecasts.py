"""`/workflows/{id}/forecast`: how long Wildberries' limits will make a run take."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from workflows import services
from workflows.api.lookup import find_workflow

MOST = 100_000


class ForecastQuery(serializers.Serializer[None]):
    """How much there is to ask for; what is not said is taken from the last run."""

    campaigns = serializers.IntegerField(required=False, default=None, min_value=0, max_value=MOST)
    pairs = serializers.IntegerField(required=False, default=None, min_value=0, max_value=MOST)


class NodeForecastShape(serializers.Serializer[Any]):
    """One node that asks Wildberries."""

    nodeId = serializers.CharField(source="node_id")
    label = serializers.CharField()  # type: ignore[assignment]  # an attribute of Field, and a name of the API
    type = serializers.CharField()
    beginsAfterSeconds = serializers.FloatField(source="begins")
    endsAfterSeconds = serializers.FloatField(source="ends")
    requests = serializers.DictField(child=serializers.IntegerField(), help_text="By method.")
    tokenKind = serializers.CharField(source="token_kind", help_text="Of the seller that the node names.")
    exact = serializers.BooleanField(help_text="False where templates in the config hide how much is asked for.")


class ForecastShape(serializers.Serializer[Any]):
    """Seconds from the start of the run, as far as Wildberries' limits decide. Loops are counted with one pass."""

    seconds = serializers.FloatField()
    tokenKind = serializers.CharField(source="token_kind", help_text="Of the installation's token.")
    campaigns = serializers.IntegerField(source="size.campaigns")
    pairs = serializers.IntegerField(source="size.pairs", help_text="Of a campaign and an article.")
    sizeSource = serializers.ChoiceField(choices=["given", "last_run", "assumed"], source="size_source")
    nodes = NodeForecastShape(many=True)


class ForecastViewSet(ViewSet):
    action_roles = {"retrieve": "workflow.view"}

    @extend_schema(
        summary="How long Wildberries' limits will make a run take",
        operation_id="workflows_forecast",
        parameters=[ForecastQuery],
        responses=ForecastShape,
    )
    def retrieve(self, request: Request, workflow_id: str) -> Response:
        """For the published version and the state of the limits at this moment. 409 where nothing is published."""
        workflow = find_workflow(request.user, workflow_id)
        query = ForecastQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        return Response(ForecastShape(services.forecast(workflow, **query.validated_data)).data)
