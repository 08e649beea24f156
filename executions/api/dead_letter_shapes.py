"""How dead letters look, and what clients may send about them."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.pagination import Pages
from accounts.api.strict import StrictSerializer
from executions.api.requests import VersionField
from executions.models import DeadLetterResolution
from executions.services.dead_letters import MESSAGE, STEP, Choice
from executions.services.tally import MOST, Tally
from executions.shapes import FailureField, PersonShape

KINDS = [STEP, MESSAGE]


class ResolutionShape(serializers.Serializer[DeadLetterResolution]):
    """Who has dealt with a letter, how and why."""

    outcome = serializers.CharField(help_text="`resolved`: put aside; `replayed`: a new run repeats it.")
    reason = serializers.CharField()
    by = PersonShape(allow_null=True)
    at = serializers.DateTimeField()


class DeadLetterShape(serializers.Serializer[Any]):
    """A failed step, or a message (`topic`) that could not be delivered; what its kind does not have is null."""

    kind = serializers.ChoiceField(choices=KINDS)
    id = serializers.UUIDField()
    diedAt = serializers.DateTimeField(source="died_at")
    ageSeconds = serializers.FloatField(source="age")
    tries = serializers.IntegerField()
    error = FailureField(allow_null=True)
    workflowId = serializers.UUIDField(source="workflow_id", allow_null=True)
    workflowCode = serializers.CharField(source="workflow_code", allow_null=True)
    workflowName = serializers.CharField(source="workflow_name", allow_null=True)
    executionId = serializers.UUIDField(source="execution_id", allow_null=True)
    nodeId = serializers.CharField(source="node_id", allow_null=True)
    label = serializers.CharField(allow_null=True)  # type: ignore[assignment]  # as in `StepShape`
    topic = serializers.CharField(allow_null=True)
    resolution = ResolutionShape(allow_null=True)


class LetterPages(Pages):
    """Pages that also say how old the oldest letter is: `oldestAgeSeconds`, null when there is none."""

    oldest: float | None = None

    def get_paginated_response(self, data: Any) -> Response:
        answer = super().get_paginated_response(data)
        answer.data["oldestAgeSeconds"] = self.oldest
        return answer

    def get_paginated_response_schema(self, schema: Any) -> dict[str, Any]:
        described: dict[str, Any] = super().get_paginated_response_schema(schema)
        described["properties"]["oldestAgeSeconds"] = {"type": "number", "nullable": True}
        return described


class DeadLetterFilter(StrictSerializer):
    """Which letters; several conditions narrow each other down."""

    kind = serializers.ChoiceField(choices=KINDS, required=False)
    workflowId = serializers.UUIDField(required=False)
    code = serializers.CharField(required=False, max_length=100, help_text="Code of the error.")
    since = serializers.DateTimeField(required=False, help_text="Only those that died at this time or later.")


class DeadLetterQuery(serializers.Serializer[None]):
    """The same in a query string."""

    kind = serializers.ChoiceField(choices=KINDS, required=False)
    workflowId = serializers.UUIDField(required=False)
    code = serializers.CharField(required=False, help_text="Code of the error.")
    since = serializers.DateTimeField(required=False, help_text="Only those that died at this time or later.")
    resolved = serializers.BooleanField(required=False, default=False, help_text="Those that somebody has dealt with.")

    def choice(self) -> Choice:
        return chosen(self.validated_data)


class LettersRequest(StrictSerializer):
    """Letters by their `ids` or by a `filter`, one of the two."""

    ids = serializers.ListField(child=serializers.UUIDField(), required=False, allow_empty=False, max_length=MOST)
    filter = DeadLetterFilter(required=False)

    default_error_messages = {"which": _("Укажите либо ids, либо filter")}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("ids" in attrs) == ("filter" in attrs):
            self.fail("which")
        return attrs

    def choice(self) -> Choice:
        if "ids" in self.validated_data:
            return Choice(ids=frozenset(self.validated_data["ids"]))
        return chosen(self.validated_data["filter"])


@extend_schema_field(
    {
        "oneOf": [{"type": "object"}, {"type": "array", "items": {"type": "object"}}],
        "description": "Items that the one step receives instead, in a new run; an object is one item.",
    }
)
class ItemsGiven(serializers.Field[Any, Any, Any, Any]):
    """One item, or a list of items."""

    default_error_messages = {"not_items": _("Ожидается объект JSON или список объектов")}

    def to_internal_value(self, data: Any) -> list[dict[str, Any]]:
        items = [data] if isinstance(data, dict) else data
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            self.fail("not_items")
        return list(items)


class ReplayRequest(LettersRequest):
    """Failed steps go on in their runs, or on another `version` in new ones; messages are sent again."""

    inputData = ItemsGiven(required=False)
    version = VersionField(required=False, default="original")
    reason = serializers.CharField(required=False, allow_blank=True, max_length=500, help_text="Kept in the journal.")


class ResolveRequest(LettersRequest):
    """Somebody has seen to it, and says why nothing more is to be done."""

    reason = serializers.CharField(max_length=500)


class RefusalShape(serializers.Serializer[Any]):
    """One that could not be done, and the code of the error."""

    id = serializers.UUIDField()
    code = serializers.CharField()


class TallyShape(serializers.Serializer[Tally]):
    """What has become of them; call again while `remaining` is not 0."""

    done = serializers.IntegerField()
    skipped = serializers.IntegerField(help_text="In no state for it, or done by somebody else meanwhile.")
    remaining = serializers.IntegerField(help_text=f"Beyond the {MOST} of one call.")
    failed = serializers.SerializerMethodField()
    executions = serializers.ListField(child=serializers.UUIDField(), help_text="The runs that go on or have begun.")

    @extend_schema_field(RefusalShape(many=True))
    def get_failed(self, tally: Tally) -> list[dict[str, Any]]:
        return [{"id": str(one), "code": code} for one, code in tally.failed]


def chosen(fields: dict[str, Any]) -> Choice:
    """The letters that these conditions mean."""
    workflow: uuid.UUID | None = fields.get("workflowId")
    return Choice(
        kind=fields.get("kind"),
        workflow_id=workflow,
        code=fields.get("code"),
        since=fields.get("since"),
        resolved=fields.get("resolved", False),
    )
