"""`trigger-date`: a date that an event has told has come, or comes soon, or is over for so long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from executions.models import Listener, Reaction, Vigil
from executions.services.reacting.beginning import counts, note
from executions.services.reacting.keeping import kept
from executions.services.reacting.occurring import occur
from integrations import events
from integrations.events import Event
from workflows.items import paths

TOO_OLD: Final = timedelta(days=1)
"""A date that was over for longer when it was told of is history."""


@transaction.atomic
def hear(listener: Listener, event: Event) -> None:
    """Remember the newest date of the subject, or forget it."""
    config = listener.config
    if event.name == config.get("cancel"):
        _forget(listener, event)
    if event.name != config["event"] or not counts(listener, event):
        return
    date = _date(events.as_item(event), config["field"])
    due = None if date is None else _shifted(date, float(config["offsetSeconds"]))
    told = {"until": due.isoformat()} if due is not None else {"unreadable": config["field"]}
    if not note(listener, event, details=told) or date is None or _is_over(listener, event):
        return
    if due is None or due < event.at - TOO_OLD:
        _forget(listener, event)  # the date before it is no longer true either
        return
    state = {"date": date.isoformat(), "eventId": str(event.pk), "depth": event.depth}
    said = {"state": state, "since": event.at, "due_at": due}
    vigil, fresh = kept(listener, event.subject, said)
    if not fresh and vigil.since <= event.at:
        Vigil.objects.filter(pk=vigil.pk).update(**said)


def _is_over(listener: Listener, event: Event) -> bool:
    """Whether what was said later has taken its place already: of two messages the older one may be told of last."""
    cancel = listener.config.get("cancel")
    if cancel and events.is_followed(event, cancel):
        return True
    newer = Reaction.objects.filter(listener=listener, outcome=Reaction.Outcome.NOTED, details__has_key="until")
    return newer.filter(
        event__project_id=event.project_id,
        event__name=event.name,
        event__subject=event.subject,
        event__at__gt=event.at,
    ).exists()


def _forget(listener: Listener, event: Event) -> None:
    Vigil.objects.filter(listener=listener, subject=event.subject, since__lte=event.at).delete()


def fire(vigil: Vigil, listener: Listener, now: datetime) -> None:
    """The time has come. Needs the vigil's lock."""
    config = listener.config
    told = events.find(vigil.state["eventId"])
    vigil.delete()
    occur(
        listener,
        name=config.get("emits") or "entity.term_expired",
        subject=vigil.subject,
        payload={"id": vigil.subject, "endsAt": vigil.state["date"], "event": told.payload if told is not None else {}},
        dedupe_key=f"{vigil.state['date']}:{vigil.subject}"[:200],
        source="date",
        depth=int(vigil.state.get("depth", 0)) + 1,
    )


def _date(item: Any, path: str) -> datetime | None:
    """The moment under the path; a date without a zone is meant in that of the server, as those of schedules are."""
    found = paths.read(item, paths.parse(path))
    try:
        moment = datetime.fromisoformat(found) if isinstance(found, str) else None
    except ValueError:
        return None
    return moment.replace(tzinfo=ZoneInfo(settings.TIME_ZONE)) if moment and moment.tzinfo is None else moment


def _shifted(date: datetime, seconds: float) -> datetime | None:
    try:
        return date.astimezone(UTC) + timedelta(seconds=seconds)
    except OverflowError:
        return None
