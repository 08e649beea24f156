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
from accounts.statements import HotStatement
from integrations import outbox, safe_json
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
    depth: int = 0,
    tell: bool = True,
) -> tuple[Event, bool]:
    """Note an event, and with it the message that will wake steps, in the caller's transaction or one of its own.

    Returns the event and whether it is new: within a project a `dedupe_key` counts once per name, for as long as
    events are kept; a repeat gives the first event and causes nothing. `source` names where it comes from (`api`);
    `depth` how many runs lie behind it. Without `tell` the caller says who hears of it (`retell`).
    Emit after all rows of the transaction are locked, since it locks too. Raises `EventInvalid`.
    """
    _check(name, subject, dedupe_key)
    said = {"subject": subject, "payload": payload or {}, "source": source, "depth": depth}
    with transaction.atomic():
        for key in dict.fromkeys((subject, "")):
            _lock(project_id, name, key, shared=True)
        if dedupe_key is None:
            event, fresh = Event.objects.create(project_id=project_id, name=name, **said), True
        else:
            event, fresh = Event.objects.get_or_create(
                project_id=project_id, name=name, dedupe_key=dedupe_key, defaults=said
            )
        if fresh and tell:
            outbox.add(topic=ARRIVED, payload={"eventId": str(event.pk)}, dedupe_key=f"{ARRIVED}:{event.pk}")
    return event, fresh


@transaction.atomic
def retell(event: Event) -> Event:
    """Tell an event once more to those who begin runs by it; no step that waits is woken by it again."""
    locked = Event.objects.select_for_update(no_key=True).get(pk=event.pk)
    locked.tellings += 1
    locked.save(update_fields=["tellings"])
    outbox.add(topic=ARRIVED, payload={"eventId": str(event.pk), "telling": locked.tellings})
    return locked


def hold_back(*, project_id: int, name: str, subject: str) -> None:
    """Let no such event come in until the caller's transaction ends; waits for those that are coming in now.

    An empty `subject` means every subject. Needs a transaction.
    """
    _lock(project_id, name, subject, shared=False)


def first_since(
    *, project_id: int, name: str, subject: str, moment: datetime, other_than: uuid.UUID | None = None
) -> Event | None:
    """The earliest event of this name at or after `moment`; an empty `subject` means every subject."""
    found = Event.objects.filter(project_id=project_id, name=name, at__gte=moment)
    if subject:
        found = found.filter(subject=subject)
    if other_than is not None:
        found = found.exclude(pk=other_than)
    return found.order_by("at", "id").first()


def last_before(event: Event, name: str, *, without: str = "") -> Event | None:
    """The newest event of this name about the same subject that came before `event`.

    Those whose payload has a field `without` do not count.
    """
    about = Event.objects.filter(project_id=event.project_id, name=name, subject=event.subject, at__lte=event.at)
    if without:
        about = about.exclude(payload__has_key=without)
    return about.exclude(pk=event.pk).order_by("-at", "-id").first()


def is_followed(event: Event, name: str) -> bool:
    """Whether an event of this name about the same subject has come after `event`."""
    about = Event.objects.filter(project_id=event.project_id, name=name, subject=event.subject, at__gte=event.at)
    return about.exclude(pk=event.pk).exists()


COLUMNS: Final = ("id", "project_id", "name", "subject", "dedupe_key", "source", "depth", "tellings", "at")
FIND: Final = HotStatement(
    f"SELECT {', '.join(COLUMNS)}, payload::text FROM integrations_event WHERE id = %(id)s::uuid"  # noqa: S608
)


def find(event_id: uuid.UUID | str) -> Event | None:
    """The event of this id, if it is still kept."""
    row = FIND.row({"id": str(event_id)})
    if row is None:
        return None
    *columns, payload = row
    return Event(**dict(zip(COLUMNS, columns, strict=True)), payload=safe_json.loads(payload))


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
