"""Telling events once more."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from accounts import services as accounts
from executions.errors import EventNotFound
from integrations import events
from integrations.events import Event


def replay(event_ids: Sequence[uuid.UUID], *, user: Any) -> list[Event]:
    """Tell these events again: whoever listens now starts another run. All or none; returns them in that order.

    Raises `EventNotFound` for one that is not kept or that `user` may not see, and `Forbidden`.
    """
    found = {event.pk: event for event in events.visible_to(user).filter(pk__in=event_ids)}
    missing = [str(one) for one in event_ids if one not in found]
    if missing:
        raise EventNotFound(events=missing)
    for project_id in {event.project_id for event in found.values()}:
        accounts.require(user, "event.emit", project_id)
    return [events.retell(found[one]) for one in dict.fromkeys(event_ids)]
