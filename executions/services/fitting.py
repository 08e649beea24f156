"""Whether an event is what a listener asks for, and what becomes of one that is not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from executions.models import Reaction
from integrations import events
from integrations.events import Event
from workflows.graph.conditions import Condition, matches

Outcome = Reaction.Outcome


class Verdict(NamedTuple):
    """What becomes of an event at a listener, with what explains it."""

    outcome: Reaction.Outcome
    details: Mapping[str, Any]


def mismatch(config: Mapping[str, Any], event: Event) -> Verdict | None:
    """Why the event is not what a config with `subject`, `conditions` and `combine` asks for; None when it is."""
    subject = config.get("subject") or ""
    if subject and subject != event.subject:
        return Verdict(Outcome.OTHER_SUBJECT, {"expected": subject, "subject": event.subject})
    conditions = [Condition.model_validate(one) for one in config.get("conditions") or ()]
    item = events.as_item(event)
    if conditions and not matches(item, conditions, config.get("combine") or "all"):
        failed = [one.model_dump(mode="json") for one in conditions if not matches(item, [one], "all")]
        return Verdict(Outcome.NOT_MATCHED, {"conditions": failed})
    return None
