"""Telling of ticks that were due and started nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from executions.models import Trigger
from integrations import events
from workflows import services as workflows

MISSED: Final = "job.missed"


def tell_of_missed(trigger: Trigger, due_at: datetime, *, reason: str, ticks: int = 1) -> None:
    """An event about it, once per tick. Needs the transaction that notes the tick."""
    if trigger.workflow_id is None:
        return
    names = workflows.names_of([trigger.workflow_id])
    code = names[trigger.workflow_id][0] if trigger.workflow_id in names else str(trigger.workflow_id)
    events.emit(
        project_id=workflows.project_of_workflow(trigger.workflow_id),
        name=MISSED,
        subject=code,
        payload={"workflow": code, "dueAt": due_at.isoformat(), "reason": reason, "ticks": ticks},
        dedupe_key=f"{trigger.pk}:{due_at.isoformat()}",
        source="schedules",
    )
