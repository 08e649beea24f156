"""What clients may send: bodies and query strings, each field named."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.strict import StrictSerializer
from executions.shapes import LEVELS, ObjectField

MAX_WAIT_SECONDS = 60


class StartRequest(StrictSerializer):
    """A start; everything may be left out."""

    inputData = ObjectField(required=False, help_text="Item that the root nodes receive.")
    priority = serializers.IntegerField(
        required=False, min_value=1, max_value=10, help_text="Higher is earlier; the workflow's own by default."
    )


class StartQuery(serializers.Serializer[None]):
    wait = serializers.IntegerField(
        required=False,
        min_value=0,
        help_text=f"Answer when the run has finished, or after this many seconds (at most {MAX_WAIT_SECONDS}).",
    )


class ControlRequest(StrictSerializer):
    """Pause, resume or stop."""

    reason = serializers.CharField(required=False, allow_blank=True, max_length=500, help_text="Kept in the journal.")


VERSION_SCHEMA = {
    "oneOf": [{"type": "string", "enum": ["original", "current"]}, {"type": "integer", "minimum": 1}],
    "default": "original",
    "description": "That of the run, the published one, or one that was published, by its number.",
}


@extend_schema_field(VERSION_SCHEMA)
class VersionField(serializers.Field[Any, Any, Any, Any]):
    """`original`, `current`, or the number of a version, in a query string also as text."""

    default_error_messages = {"unknown": _("Ожидается original, current или номер версии")}

    def to_internal_value(self, data: Any) -> str | int:
        if data in ("original", "current"):
            return str(data)
        if isinstance(data, str) and data.isascii() and data.isdigit() and len(data) < 10:
            data = int(data)
        if isinstance(data, bool) or not isinstance(data, int) or not 0 < data < 2**31:
            self.fail("unknown")
        return int(data)


class RetryPlanQuery(serializers.Serializer[None]):
    """Which retry of a run is meant. A field cannot be called `from` in Python, so it is added by its name."""

    version = VersionField(required=False, default="original")
    force = serializers.BooleanField(
        required=False, default=False, help_text="Also repeat a named step that has succeeded or was skipped."
    )

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        where = serializers.CharField(
            required=False, default="failed", help_text="`failed`, `start`, or the id of a step of the run."
        )
        return {**super().get_fields(), "from": where}


class RetryRunRequest(StrictSerializer, RetryPlanQuery):
    """A retry of a run; everything may be left out."""

    reason = serializers.CharField(required=False, allow_blank=True, max_length=500, help_text="Kept in the journal.")


class RetryRequest(StrictSerializer):
    """A step's retry; `force` also repeats a step that has succeeded or was skipped."""

    force = serializers.BooleanField(required=False, default=False)


class EffectQuery(serializers.Serializer[None]):
    stepId = serializers.UUIDField(required=False, help_text="Only what this step has done.")


class JournalQuery(serializers.Serializer[None]):
    """`level` is a comma list."""

    level = serializers.CharField(required=False, help_text="Comma list of " + ", ".join(LEVELS) + ".")
    stepId = serializers.UUIDField(required=False)

    def validate_level(self, value: str) -> list[str]:
        levels = [level.strip() for level in value.split(",")]
        for level in levels:
            serializers.ChoiceField(choices=LEVELS).run_validation(level)
        return levels
