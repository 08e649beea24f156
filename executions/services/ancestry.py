"""What lies behind a run: whether a failure has started it, or a run above it."""

from __future__ import annotations

import uuid

from django.conf import settings

from executions.engine.states import Origin
from executions.models import Execution
from integrations.events import Event


def is_error_reaction(execution: Execution) -> bool:
    """Whether a failure has started the run, or a run above it."""
    above: Execution | None = execution
    for _level in range(settings.SUBWORKFLOW_MAX_DEPTH + 1):
        if above is None or above.origin == Origin.ERROR:
            return above is not None
        step = above.parent_step_id
        above = None if step is None else Execution.objects.filter(steps__id=step).first()
    return False


def is_of_error_reaction(event: Event) -> bool:
    """Whether the event tells of something that a reaction to a failure has done: its payload names the run."""
    try:
        run_id = uuid.UUID(str(event.payload.get("executionId")))
    except ValueError:
        return False
    run = Execution.objects.filter(pk=run_id).first()
    return run is not None and is_error_reaction(run)
