"""Events that have happened at a listener itself - at its address, by its clock - and with what its run began."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import QuerySet

from executions.models import Reaction
from integrations.event_names import heard_as
from integrations.events import Event

WEBHOOK: Final = "webhook.received"


def happened_at(event: Event) -> QuerySet[Reaction]:
    """The first lines about the event at listeners where it has happened itself, and that nobody has to tell of it."""
    lines = Reaction.objects.filter(event=event, telling=1).exclude(outcome=Reaction.Outcome.NOTED)
    return lines.exclude(listener__names__overlap=heard_as(event.name)).select_related("listener", "execution")


def began_with(line: Reaction, event: Event) -> dict[str, Any] | None:
    """The input of the first run; where there was none, what can be told from the event. None: the event itself."""
    if line.execution is not None:
        kept: dict[str, Any] = line.execution.input_data
        return kept
    if line.listener.kind == "trigger-webhook" and event.name != WEBHOOK:
        return {"method": "POST", "query": {}, "headers": {}, "body": event.payload}
    return event.payload if line.listener.kind in ("trigger-webhook", "trigger-form") else None
