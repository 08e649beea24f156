"""The JSON of workflows and versions: what is read, and what may be written."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.strict import StrictSerializer
from workflows.models import DEFAULT_PRIORITY, MAX_PRIORITY, MIN_PRIORITY, Workflow, WorkflowVersion
from workflows.services import Particulars
from workflows.services.wording import shown

CODE = r"^\w[\w.-]{0,49}\Z"


@extend_schema_field(
    {
        "type": "object",
        "additionalProperties": True,
        "properties": {
            "nodes": {"type": "array", "items": {"type": "object", "additionalProperties": True}},
            "edges": {"type": "array", "items": {"type": "object", "additionalProperties": True}},
        },
    }
)
class DefinitionField(serializers.Field):
    """A definition as it is: what is in it is checked by the services, and unknown keys are kept."""

    def to_internal_value(self, data: Any) -> Any:
        return data

    def to_representation(self, value: Any) -> Any:
        return value


class ProblemShape(serializers.Serializer):
    """A finding of the check. Only those of severity `error` keep a workflow from running."""

    code = serializers.CharField()
    severity = serializers.ChoiceField(choices=["error", "warning", "info"])
    nodeId = serializers.CharField(allow_null=True)
    edgeId = serializers.CharField(allow_null=True)
    message = serializers.CharField()
    suggestion = serializers.CharField(allow_blank=True, help_text="What cures it, where that is more than the message")


class ValidationShape(serializers.Serializer):
    """What the check found; `valid` when nothing keeps the definition from running."""

    valid = serializers.BooleanField()
    problems = ProblemShape(many=True)


class WorkflowSummaryShape(serializers.Serializer):
    """A workflow in a list, without what it does."""

    id = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()
    kind = serializers.ChoiceField(choices=Workflow.Kind.choices)
    priority = serializers.IntegerField()
    version = serializers.IntegerField(help_text="Number of the newest version, and the optimistic lock")
    status = serializers.SerializerMethodField(help_text="`published` when the newest version is the one that runs")
    publishedVersion = serializers.SerializerMethodField(help_text="Number of the version that runs")
    createdAt = serializers.DateTimeField(source="created_at")
    updatedAt = serializers.DateTimeField(source="updated_at")

    @extend_schema_field(serializers.ChoiceField(choices=["draft", "published"]))
    def get_status(self, workflow: Workflow) -> str:
        return "published" if workflow.is_published else "draft"

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_publishedVersion(self, workflow: Workflow) -> int | None:  # noqa: N802 - named by the field
        return None if workflow.active_version is None else workflow.active_version.number


class WorkflowShape(WorkflowSummaryShape):
    """A workflow with its newest definition, drafts included, and what is wrong with it."""

    definition = DefinitionField(source="newest_version.definition")
    problems = serializers.SerializerMethodField()

    @extend_schema_field(ProblemShape(many=True))
    def get_problems(self, workflow: Workflow) -> list[dict[str, Any]]:
        return [] if workflow.newest_version is None else shown(workflow.newest_version.problems)


class NewWorkflow(StrictSerializer):
    """What may be said when a workflow is made. Without a definition it is an empty draft."""

    name = serializers.CharField(max_length=200)
    description = serializers.CharField(max_length=10_000, allow_blank=True, default="")
    kind = serializers.ChoiceField(
        choices=Workflow.Kind.choices,
        default=Workflow.Kind.FLOW,
        help_text="`flow` does anything, `function` is called by others, `background` holds only its own node types",
    )
    priority = serializers.IntegerField(min_value=MIN_PRIORITY, max_value=MAX_PRIORITY, default=DEFAULT_PRIORITY)
    code = serializers.RegexField(CODE, required=False, help_text="Without it the next free WF-01 is given")
    definition = DefinitionField(required=False)
    draft = serializers.BooleanField(default=False, help_text="Save without publishing")

    def particulars(self) -> Particulars:
        written = self.validated_data
        return Particulars(
            name=written["name"],
            description=written["description"],
            kind=written.get("kind", Workflow.Kind.FLOW),
            priority=written["priority"],
            code=written.get("code"),
        )


class ReplacedWorkflow(NewWorkflow):
    """A full replacement. What was read may be sent back: read-only fields must not differ.

    `version` is the version that was seen; without it the last one to save wins.
    """

    definition = DefinitionField()
    version = serializers.IntegerField(min_value=1, required=False)
    kind = serializers.ChoiceField(choices=Workflow.Kind.choices, read_only=True)
    id = serializers.UUIDField(read_only=True)
    status = serializers.CharField(read_only=True)
    publishedVersion = serializers.IntegerField(read_only=True)
    problems = ProblemShape(many=True, read_only=True)
    createdAt = serializers.DateTimeField(read_only=True)
    updatedAt = serializers.DateTimeField(read_only=True)

    def to_representation(self, instance: Model) -> Any:
        return WorkflowShape(instance).data


class ValidationRequest(StrictSerializer):
    """A definition to be checked without saving; without one the stored one is checked."""

    definition = DefinitionField(required=False)


class RestoreRequest(StrictSerializer):
    """How to restore: as a draft, and only if the workflow is still as it was seen."""

    draft = serializers.BooleanField(default=False)
    version = serializers.IntegerField(min_value=1, required=False)


class VersionSummaryShape(serializers.Serializer):
    """A version in a list."""

    id = serializers.UUIDField()
    number = serializers.IntegerField()
    label = serializers.CharField(help_text="`v005`")  # type: ignore[assignment]  # also an attribute of Field
    publishedAt = serializers.DateTimeField(source="published_at", allow_null=True)
    createdAt = serializers.DateTimeField(source="created_at")
    createdBy = serializers.SerializerMethodField()

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_createdBy(self, version: WorkflowVersion) -> str | None:  # noqa: N802 - named by the field
        return None if version.created_by is None else version.created_by.get_username()


class VersionShape(VersionSummaryShape):
    """A version with what it does and what was found when it was saved."""

    definition = DefinitionField()
    problems = serializers.SerializerMethodField()

    @extend_schema_field(ProblemShape(many=True))
    def get_problems(self, version: WorkflowVersion) -> list[dict[str, Any]]:
        return shown(version.problems)


class ChangeShape(serializers.Serializer):
    """One changed value; what is not there on one side is null."""

    path = serializers.CharField()
    to = serializers.JSONField(allow_null=True)

    def get_fields(self) -> dict[str, serializers.Field]:
        """`from` is a word of Python, so it cannot be written as the others."""
        return {**super().get_fields(), "from": serializers.JSONField(allow_null=True)}


class ChangedPartShape(serializers.Serializer):
    id = serializers.CharField()
    changes = ChangeShape(many=True)


class PartsDiffShape(serializers.Serializer):
    added = serializers.ListField(child=serializers.DictField())
    removed = serializers.ListField(child=serializers.DictField())
    changed = ChangedPartShape(many=True)


class VersionDiffShape(serializers.Serializer):
    """What changed from one version to another."""

    to = serializers.CharField(help_text="Label of the newer version")
    nodes = PartsDiffShape()
    edges = PartsDiffShape()
    definition = ChangeShape(many=True, help_text="Changes beside nodes and edges")

    def get_fields(self) -> dict[str, serializers.Field]:
        """`from` is a word of Python, so it cannot be written as the others."""
        return {"from": serializers.CharField(help_text="Label of the older version"), **super().get_fields()}
