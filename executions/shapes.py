"""How a run, its steps and its journal look to the outside: one declaration for REST, sockets and OpenAPI.

The serializers only write; nothing is read or checked with them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from executions.engine.states import FINISHED_STEP, ExecutionStatus, Origin, StepStatus
from executions.models import Attempt, Execution, ExecutionEvent, SideEffect, Step
from executions.sentences import LOG, phrase, sentence, told

MAX_EFFECTS = 100
LEVELS = ("debug", "info", "warning", "error")

ITEMS_BY_PORT = {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "object"}}}
ANY_OBJECT = {"type": "object", "additionalProperties": True}


def presentable(runs: QuerySet[Execution]) -> QuerySet[Execution]:
    """Load with the runs what `ExecutionShape` shows, and leave out the definitions, which may have megabytes."""
    shown = runs.select_related("workflow", "version", "started_by").annotate(parent_id=F("parent_step__execution"))
    return shown.defer("version__definition", "version__problems")


def named(effects: Sequence[SideEffect]) -> Sequence[SideEffect]:
    """Give each effect the `label` of its step, with one query; a step that is no longer there has its node's id."""
    labels = dict(Step.objects.filter(id__in={effect.step_id for effect in effects}).values_list("id", "label"))
    for effect in effects:
        shown: Any = effect
        shown.label = labels.get(effect.step_id, effect.node_id)
    return effects


def spoken(error: Mapping[str, Any]) -> dict[str, Any]:
    """A stored `{code, message, details}` with its message in the reader's language."""
    details = error.get("details") or {}
    return {**error, "message": phrase(str(error.get("message", "")), details), "details": told(details)}


@extend_schema_field(
    {
        "type": "object",
        "nullable": True,
        "properties": {"code": {"type": "string"}, "message": {"type": "string"}, "details": ANY_OBJECT},
    }
)
class FailureField(serializers.JSONField):
    """`{code, message, details}`; null where nothing went wrong."""

    def to_representation(self, value: Any) -> Any:
        return spoken(value)


@extend_schema_field(ANY_OBJECT)
class ObjectField(serializers.Field[Any, Any, Any, Any]):
    """Any JSON object, as our own reader has read it: DRF's field would not let a `Decimal` pass."""

    default_error_messages = {"not_an_object": _("Ожидается объект JSON")}

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, dict):
            self.fail("not_an_object")
        return data

    def to_representation(self, value: Any) -> Any:
        return value


@extend_schema_field(ITEMS_BY_PORT)
class ItemsField(ObjectField):
    """Items by port: `{port: [items]}`."""


class PersonShape(serializers.Serializer[Any]):
    """Who did something."""

    id = serializers.IntegerField()
    username = serializers.CharField()


class ExecutionShape(serializers.Serializer[Execution]):
    """A run. Needs a row of `presentable`; `seq` is the number of the newest line of its journal."""

    id = serializers.UUIDField()
    workflowId = serializers.UUIDField(source="workflow_id")
    workflowCode = serializers.CharField(source="workflow.code")
    workflowName = serializers.CharField(source="workflow.name")
    version = serializers.IntegerField(source="version.number")
    versionId = serializers.UUIDField(source="version_id")
    versionLabel = serializers.CharField(source="version.label")
    status = serializers.ChoiceField(choices=list(ExecutionStatus))
    priority = serializers.IntegerField()
    inputData = ObjectField(source="input_data")
    startedBy = PersonShape(source="started_by", allow_null=True)
    origin = serializers.ChoiceField(choices=[origin.value for origin in Origin])
    retryOf = serializers.UUIDField(source="retry_of_id", allow_null=True, help_text="The run that this one repeats.")
    parentExecutionId = serializers.UUIDField(
        source="parent_id", allow_null=True, help_text="The run whose step has started this one."
    )
    parentStepId = serializers.UUIDField(source="parent_step_id", allow_null=True)
    awaited = serializers.BooleanField(help_text="Whether that step waits for this run.")
    concurrencyKey = serializers.CharField(source="concurrency_key")
    createdAt = serializers.DateTimeField(source="created_at")
    startedAt = serializers.DateTimeField(source="started_at", allow_null=True)
    finishedAt = serializers.DateTimeField(source="finished_at", allow_null=True)
    deadlineAt = serializers.DateTimeField(source="deadline_at", allow_null=True)
    error = FailureField(allow_null=True)
    seq = serializers.IntegerField(source="event_seq")


class StepShape(serializers.Serializer[Step]):
    """A step without its data: what a live view shows."""

    id = serializers.UUIDField()
    nodeId = serializers.CharField(source="node_id")
    nodeType = serializers.CharField(source="node_type")
    label = serializers.CharField()  # type: ignore[assignment]  # the metaclass takes it away from `Field.label`
    status = serializers.ChoiceField(choices=list(StepStatus))
    attempt = serializers.IntegerField()
    startedAt = serializers.DateTimeField(source="started_at", allow_null=True)
    finishedAt = serializers.DateTimeField(source="finished_at", allow_null=True)
    availableAt = serializers.DateTimeField(source="available_at", allow_null=True)
    waitReason = serializers.CharField(source="wait_reason", allow_null=True)
    error = FailureField(allow_null=True)


class StepDataShape(StepShape):
    """A step with what it received and what it gave; the row carries `input` and `output` beside its columns."""

    input = ItemsField()
    output = ItemsField()


class AttemptShape(serializers.Serializer[Attempt]):
    """One ended try of a step; the try that is going on stands in the step itself."""

    number = serializers.IntegerField()
    epoch = serializers.IntegerField()
    worker = serializers.CharField()
    outcome = serializers.CharField()
    startedAt = serializers.DateTimeField(source="started_at")
    endedAt = serializers.DateTimeField(source="ended_at")
    error = FailureField(allow_null=True)


class EffectShape(serializers.Serializer[SideEffect]):
    """A call to the outside: `target` is host and path, `outcome` the answer's status or the code of an error.

    Needs a row of `named`.
    """

    id = serializers.IntegerField()
    stepId = serializers.UUIDField(source="step_id")
    nodeId = serializers.CharField(source="node_id")
    label = serializers.CharField()  # type: ignore[assignment]  # as in `StepShape`
    key = serializers.CharField()
    method = serializers.CharField()
    target = serializers.CharField()
    outcome = serializers.CharField()
    at = serializers.DateTimeField()


class StepDetailShape(StepDataShape):
    """A step with its data, its attempts and its newest calls to the outside; `/effects` has all of them."""

    attempts = AttemptShape(source="attempts.all", many=True)
    effects = serializers.SerializerMethodField()

    @extend_schema_field(EffectShape(many=True))
    def get_effects(self, step: Step) -> list[dict[str, Any]]:
        of_step = SideEffect.objects.filter(execution=step.execution_id, step_id=step.id)
        newest = named(list(of_step.order_by("-id")[:MAX_EFFECTS]))
        return [EffectShape().to_representation(effect) for effect in reversed(newest)]


@extend_schema_field(ANY_OBJECT)
class PayloadField(serializers.Field[Any, Any, Any, Any]):
    """What an event is about. The text of a log line and of an error is in the reader's language."""

    def get_attribute(self, instance: Any) -> Any:
        return instance

    def to_representation(self, value: ExecutionEvent) -> dict[str, Any]:
        payload = dict(value.payload)
        if value.type.startswith("step.") and payload.get("status") in FINISHED_STEP:
            payload.setdefault("finishedAt", value.at)
        if value.type == LOG:
            payload |= {
                "message": sentence(LOG, payload),
                "params": told(payload.get("params") or {}),
                "level": value.level,
            }
            payload["stepId"] = str(value.step_id) if value.step_id else None
        if payload.get("error"):
            payload["error"] = spoken(payload["error"])
        return payload


class EventShape(serializers.Serializer[ExecutionEvent]):
    """A line of the journal for programmes."""

    seq = serializers.IntegerField()
    type = serializers.CharField()
    at = serializers.DateTimeField()
    payload = PayloadField()

    def to_representation(self, instance: ExecutionEvent) -> dict[str, Any]:
        """What the fields give, without asking each for its value: live views read thousands of lines a second."""
        fields = self.fields
        return {
            "seq": instance.seq,
            "type": instance.type,
            "at": fields["at"].to_representation(instance.at),
            "payload": fields["payload"].to_representation(instance),
        }


class LogLineShape(serializers.Serializer[ExecutionEvent]):
    """A line of the journal for people: moves of the run and of its steps, and what the nodes wrote."""

    seq = serializers.IntegerField()
    at = serializers.DateTimeField()
    level = serializers.ChoiceField(choices=LEVELS)
    stepId = serializers.UUIDField(source="step_id", allow_null=True)
    message = serializers.SerializerMethodField()

    def get_message(self, line: ExecutionEvent) -> str:
        return sentence(line.type, line.payload)
