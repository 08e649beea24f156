"""What a page of dead letters tells of each, read with a fixed number of queries."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from executions.models import DeadLetterResolution, Step
from executions.services.dead_letters import MESSAGE, STEP
from integrations import outbox

Row = Mapping[str, Any]
"""A row of `dead_letters.letters`: `{kind, id, died_at}`."""

OF_STEP = (
    "id",
    "error",
    "node_id",
    "label",
    "attempt",
    "execution_id",
    "execution__workflow_id",
    "execution__workflow__code",
    "execution__workflow__name",
)


def told(rows: Sequence[Row], now: datetime) -> list[dict[str, Any]]:
    """The fields of `DeadLetterShape` for each row, in the given order. What its kind does not have is None."""
    ids = {kind: [row["id"] for row in rows if row["kind"] == kind] for kind in (STEP, MESSAGE)}
    messages = {message.pk: message for message in outbox.dead().filter(id__in=ids[MESSAGE]).defer("payload")}
    steps = {row["id"]: row for row in Step.objects.filter(id__in=ids[STEP]).values(*OF_STEP)}
    resolutions = _resolutions(rows)
    letters = []
    for row in rows:
        facts = _of_step(steps.get(row["id"])) if row["kind"] == STEP else _of_message(messages.get(row["id"]))
        if facts is not None:  # gone since the page was cut
            age = (now - row["died_at"]).total_seconds()
            resolution = resolutions.get((row["id"], row["died_at"]))
            letters.append({**_NOTHING, **row, **facts, "age": age, "resolution": resolution})
    return letters


_NOTHING = dict.fromkeys(
    ("workflow_id", "workflow_code", "workflow_name", "execution_id", "node_id", "label", "topic"), None
)


def _of_step(step: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if step is None:
        return None
    return {
        "error": step["error"],
        "tries": step["attempt"],
        "workflow_id": step["execution__workflow_id"],
        "workflow_code": step["execution__workflow__code"],
        "workflow_name": step["execution__workflow__name"],
        "execution_id": step["execution_id"],
        "node_id": step["node_id"],
        "label": step["label"],
    }


def _of_message(message: Any) -> dict[str, Any] | None:
    if message is None:
        return None
    return {"error": message.error, "tries": message.tries, "topic": message.topic}


def _resolutions(rows: Sequence[Row]) -> dict[tuple[uuid.UUID | None, datetime], DeadLetterResolution]:
    ids = [row["id"] for row in rows]
    notes = DeadLetterResolution.objects.select_related("by")
    found = [*notes.filter(step__in=ids), *notes.filter(message_id__in=ids)]
    return {(note.step_id or note.message_id, note.died_at): note for note in found}
