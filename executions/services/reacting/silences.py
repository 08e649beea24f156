"""`trigger-absence`: something has happened, and what should follow did not come in time.

Each subject that is waited for is a vigil. The answer ends it; the clock fires it, once, after a look into the inbox
for an answer of which nobody has been told yet.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from executions.models import Listener, Vigil
from executions.services.reacting.beginning import counts, note
from executions.services.reacting.keeping import kept
from executions.services.reacting.occurring import occur
from integrations import events
from integrations.events import Event
from tickets.services.calendars import hours_of


@transaction.atomic
def hear(listener: Listener, event: Event) -> None:
    """Begin to wait, or stop waiting: the same event may be both. Told again, it does nothing more."""
    config = listener.config
    if event.name == config["after"] and counts(listener, event):
        _begin(listener, event)
    elif event.name == config["unless"] and _ended(listener, event):
        note(listener, event, details={"answered": True})


def _begin(listener: Listener, event: Event) -> None:
    """Where an event is its own answer - silence - each one ends the wait for it and begins the next."""
    config = listener.config
    due = hours_of(listener.project_id, config.get("calendar") or "").after(event.at, float(config["seconds"]))
    if not note(listener, event, details={"until": due.isoformat()}):
        return
    if event.name == config["unless"]:
        _ended(listener, event)
    subject = _subject(listener, event)
    if _is_answered(listener, subject, event.at, by_other_than=event.pk):
        return
    state = {"eventId": str(event.pk), "depth": event.depth}
    vigil, fresh = kept(listener, subject, {"state": state, "since": event.at, "due_at": due})
    if not fresh and config.get("restart", True) and vigil.since < event.at:
        vigil.state, vigil.since, vigil.due_at = state, event.at, due
        vigil.save()


def _ended(listener: Listener, event: Event) -> bool:
    """Whether the event has ended a wait that had begun before it."""
    ended = Vigil.objects.filter(listener=listener, subject=_subject(listener, event), since__lte=event.at)
    return bool(ended.delete()[0])


def _subject(listener: Listener, event: Event) -> str:
    """Of whom it is waited for; "" stands for everybody, here and where answers are looked for."""
    return "" if listener.config.get("anySubject") else event.subject


def fire(vigil: Vigil, listener: Listener, now: datetime) -> None:
    """The time is over. Needs the vigil's lock; no answer can come in until the transaction ends."""
    config = listener.config
    events.hold_back(project_id=listener.project_id, name=config["unless"], subject=vigil.subject)
    is_answered = _is_answered(listener, vigil.subject, vigil.since, by_other_than=UUID(vigil.state["eventId"]))
    vigil.delete()
    if is_answered:
        return
    payload: dict[str, Any] = {
        "after": config["after"],
        "unless": config["unless"],
        "seconds": config["seconds"],
        "since": vigil.since.isoformat(),
    }
    first = events.find(vigil.state["eventId"])
    occur(
        listener,
        name=config.get("emits") or "client.no_reply",
        subject=vigil.subject,
        payload=payload | ({"event": first.payload} if first is not None else {}),
        dedupe_key=vigil.state["eventId"],
        source="absence",
        depth=int(vigil.state.get("depth", 0)) + 1,
    )


def _is_answered(listener: Listener, subject: str, since: datetime, *, by_other_than: UUID) -> bool:
    """Whether the inbox holds an answer that is not the event itself."""
    name = listener.config["unless"]
    found = events.first_since(
        project_id=listener.project_id, name=name, subject=subject, moment=since, other_than=by_other_than
    )
    return found is not None
