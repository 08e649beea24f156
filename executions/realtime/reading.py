"""What a watcher reads: a run as it stands, and the journal after a line."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from rest_framework.serializers import DateTimeField, Serializer

from accounts.statements import HotStatement
from executions.engine.states import StepStatus
from executions.models import Execution, Step
from executions.shapes import EventShape, ExecutionShape, StepShape, presentable
from integrations import safe_json


def snapshot(execution_id: uuid.UUID) -> dict[str, Any]:
    """`{execution, steps, seq}` as they stood at one moment: `seq` is the last journal line that the rows contain.

    Opens a transaction of its own, so it must not be called inside one. Raises `Execution.DoesNotExist`.
    """
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        row = presentable(Execution.objects.filter(pk=execution_id)).get()
        return {
            "execution": ExecutionShape().to_representation(row),
            "steps": _told(StepShape(), Step.objects.filter(execution=row)),
            "seq": row.event_seq,
        }


class _Line(NamedTuple):
    """What `EventShape` needs of a journal line."""

    seq: int
    type: str
    at: datetime
    payload: Any
    """JSON as text, then what it says."""
    level: str
    step_id: uuid.UUID | None


# Written by hand: it is asked up to twenty times a second for every watcher, and Django reads a line in ten times this.
_LINES = HotStatement(
    """
    SELECT seq, type, at, payload::text, level, step_id FROM executions_executionevent
    WHERE execution_id = %(execution)s::uuid AND seq > %(after)s::bigint ORDER BY seq LIMIT %(limit)s::int
    """,
    binary=True,
)
_decoded = safe_json.Decoder().decode


def events_since(execution_id: uuid.UUID, seq: int, limit: int) -> list[dict[str, Any]]:
    """The next journal lines after `seq`, at most `limit`, in order and without gaps."""
    shape: Any = _in_this_zone(EventShape())
    rows = map(_Line._make, _LINES.rows({"execution": execution_id, "after": seq, "limit": limit}))
    return [shape.to_representation(line._replace(payload=_decoded(line.payload))) for line in rows]


def ended_attempts(execution_id: uuid.UUID) -> dict[str, int]:
    """The number of the last try of every step that has been tried and does not run, in one query."""
    tried = Step.objects.filter(execution_id=execution_id, attempt__gt=0).exclude(status=StepStatus.RUNNING)
    return {str(step): attempt for step, attempt in tried.values_list("pk", "attempt")}


def sequences(execution_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """The last journal line of each run, in one query."""
    return dict(Execution.objects.filter(pk__in=execution_ids).values_list("pk", "event_seq"))


def _told(shape: Serializer[Any], rows: QuerySet[Any]) -> list[dict[str, Any]]:
    """What the shape tells of each row, from the columns that it names alone: a run may have ten thousand steps.

    For shapes whose every field tells a column.
    """
    fields = _in_this_zone(shape).fields.values()
    writers = [(str(field.field_name), field.to_representation) for field in fields]
    return [
        {name: None if value is None else write(value) for (name, write), value in zip(writers, row, strict=True)}
        for row in rows.values_list(*(str(field.source) for field in fields))
    ]


def _in_this_zone(shape: Serializer[Any]) -> Serializer[Any]:
    """The shape, which knows the reader's time zone and need not ask for it at each moment that it tells."""
    for field in shape.fields.values():
        if isinstance(field, DateTimeField):
            field.timezone = timezone.get_current_timezone()
    return shape
