"""What clients may send: bodies and query strings, each field named."""

from __future__ import annotations

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
