"""Something happens at a listener itself: its address is called, its form is sent, its time has come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from executions.models import Listener, Reaction
from executions.services.reacting.beginning import react
from integrations import events
from integrations.events import Event


@dataclass(frozen=True)
class Occurrence:
    """The event that was written, what it has caused at its own listener, and whether it is this time that it has."""

    event: Event
    reaction: Reaction
    is_first: bool


@transaction.atomic
def occur(
    listener: Listener,
    *,
    name: str,
    subject: str = "",
    payload: Mapping[str, Any] | None = None,
    dedupe_key: str | None = None,
    source: str,
    input_data: Mapping[str, Any] | None = None,
    user: Any = None,
    depth: int = 0,
    answered: bool = False,
) -> Occurrence:
    """Write the event and start the listener's run, in one transaction; whoever else listens hears of it after.

    A `dedupe_key` that the listener has met before gives what became of it the first time; only a start that was
    refused for the moment is tried again. What comes too often begins later by itself, unless somebody is `answered`
    that nothing has begun and comes again. Raises `EventInvalid`.
    """
    event, fresh = events.emit(
        project_id=listener.project_id,
        name=name,
        subject=subject,
        payload=dict(payload or {}),
        dedupe_key=None if dedupe_key is None else f"{listener.pk.hex}:{dedupe_key}",
        source=source,
        depth=depth,
    )
    reaction, is_first = react(
        listener, event, input_data=input_data, user=user, tries_again=not fresh, puts_off=not answered
    )
    return Occurrence(event, reaction, is_first)
