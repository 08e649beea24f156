"""The event inbox: what has happened, inside or outside, each thing once, for whoever waits for it.

An event and a step that begins to wait for it cannot miss each other. Both take an advisory lock on name and subject
until they commit: the event shares it with other events, the step has it alone. So whichever comes second sees the
first: either the step finds the event (`first_since`), or the event's message finds the step waiting.
"""

from __future__ import annotations

import re
import uuid
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet

from accounts.clock import Now
from integrations import outbox
from integrations.errors import EventInvalid
from integrations.event_names import MAX_DEDUPE_KEY, MAX_NAME, MAX_SUBJECT, PATTERN
from integrations.models import Event as Event

ARRIVED: Final = "event.arrived"
"""Topic of the message that follows an event, `{"eventId"}`."""


def emit(
    *,
    project_id: int,
    name: str,
    subject: str = "",
    payload: dict[str, Any] | None = None,
    dedupe_key: str | None = None,
    source: str,
) -> tuple[Event, bool]:
    """Note an event, and with it the message that will wake steps, in the caller's transaction or one of its own.

    Returns the event and whether it is new: within a project a `dedupe_key` counts once per name, for as long as
    events are kept; a repeat gives the first event and causes nothing. `source` names where it comes from (`api`).
    Emit after all rows of the transaction are locked, since it locks too. Raises `EventInvalid`.
    """
    _check(name, subject, dedupe_key)
    said = {"subject": subject, "payload": payload or {}, "source": source}
    with transaction.atomic():
        for key in dict.fromkeys((subject, "")):
            _lock(project_id, name, key, shared=True)
        if dedupe_key is None:
            event, fresh = Event.objects.create(project_id=project_id, name=name, **said), True
        else:
            event, fresh = Event.objects.get_or_create(
                project_id=project_id, name=name, dedupe_key=dedupe_key, defaults=said
            )
        if fresh:
            outbox.add(topic=ARRIVED, payload={"eventId": str(event.pk)}, dedupe_key=f"{ARRIVED}:{event.pk}")
    return event, fresh


def hold_back(*, project_id: int, name: str, subject: str) -> None:
    """Let no such event come in until the caller's transaction ends; waits for those that are coming in now.

    An empty `subject` means every subject. Needs a transaction.
    """
    _lock(project_id, name, subject, shared=False)


def first_since(*, project_id: int, name: str, subject: str, moment: datetime) -> Event | None:
    """The earliest event of this name at or after `moment`; an empty `subject` means every subject."""
    found = Event.objects.filter(project_id=project_id, name=name, at__gte=moment)
    if subject:
        found = found.filter(subject=subject)
    return found.order_by("at", "id").first()


def find(event_id: uuid.UUID | str) -> Event | None:
    """The event of this id, if it is still kept."""
    return Event.objects.filter(pk=event_id).first()


def as_item(event: Event) -> dict[str, Any]:
    """The event as an item of a workflow."""
    return {"event": event.name, "subject": event.subject, "payload": event.payload, "at": event.at.isoformat()}


def visible_to(user: Any) -> QuerySet[Event]:
    """Events of the projects in which `user` may see events, the newest first."""
    return Event.objects.visible_to(user).order_by("-at", "-id")


def prune(limit: int) -> int:
    """Forget at most `limit` events whose time is over; returns how many. For the ticker."""
    old = Event.objects.filter(at__lt=Now() - timedelta(days=settings.EVENT_RETENTION_DAYS))
    deleted, _rows = Event.objects.filter(pk__in=old.order_by("at").values("pk")[:limit]).delete()
    return deleted


def _check(name: str, subject: str, dedupe_key: str | None) -> None:
    if len(name) > MAX_NAME or not re.fullmatch(PATTERN, name):
        raise EventInvalid(field="name")
    if len(subject) > MAX_SUBJECT:
        raise EventInvalid(field="subject")
    if dedupe_key is not None and not 0 < len(dedupe_key) <= MAX_DEDUPE_KEY:
        raise EventInvalid(field="dedupKey")


LOCKS: Final = {
    True: "SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 0))",
    False: "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
}


def _lock(project_id: int, name: str, subject: str, *, shared: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute(LOCKS[shared], [f"event:{project_id}:{name}:{subject}"])
