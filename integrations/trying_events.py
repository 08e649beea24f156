"""Sending an event of the catalogue for a try: it is written and told like any other, with the source `test`."""

from __future__ import annotations

from typing import Any, Final

from accounts import services as accounts
from integrations import event_payloads, event_types, events
from integrations.errors import PayloadInvalid
from integrations.events import Event

SOURCE: Final = "test"


def send(*, code: str, user: Any, payload: Any = None, subject: str | None = None, project: str | None = None) -> Event:
    """Write it with the sample of its type where nothing is said.

    Raises `EventTypeNotFound`, `PayloadInvalid`, `EventInvalid`, `ProjectNotFound`, `Forbidden`.
    """
    known = event_types.get(code)
    project_id = accounts.project_for(user, action="event.emit", code=project)
    said = known.sample() if payload is None else payload
    if not isinstance(said, dict):
        raise PayloadInvalid(event=code, fields={"payload": "object"})
    event_payloads.check(code, said)
    about = known.subject_of(said) if subject is None else subject
    return events.emit(project_id=project_id, name=code, subject=about, payload=said, source=SOURCE)[0]
