"""Events and the steps that wait for them: an event wakes them, and a step that begins to wait looks back once.

Which events a step may have: those since it was first started in this epoch, so that what comes between two tries is
not lost, and what came before the step is not taken for an answer to it.
"""

from __future__ import annotations

import uuid
from typing import Any, Final

from accounts.statements import hot_cursor
from executions.claims import Claimed
from executions.services.waking import wake
from integrations import events, outbox
from integrations.events import Event

BATCH: Final = 500
"""Steps that one message wakes, each in a transaction of its own; a next message goes on with the others."""

# `started_at`: an event told again must not wake what has begun to wait since. What came before was looked for then.
WAITING = """
SELECT s.id, s.execution_id, s.fence
FROM executions_step s JOIN executions_execution e ON e.id = s.execution_id
WHERE s.status = 'waiting' AND s.wait_event = %(name)s
    AND (s.wait_subject IS NULL OR s.wait_subject IN ('', %(subject)s)) AND s.started_at <= %(at)s
    AND e.project_id = %(project)s AND s.id > %(after)s::uuid
ORDER BY s.id LIMIT %(batch)s
"""


def wake_waiting(event: Event, *, after: str | None = None, batch: int = BATCH) -> None:
    """Wake every step that waits for the event, those behind the step `after`; told again, it wakes none."""
    places = {
        "name": event.name,
        "subject": event.subject,
        "at": event.at,
        "project": event.project_id,
        "after": after or uuid.UUID(int=0),
        "batch": batch,
    }
    with hot_cursor() as cursor:
        rows = cursor.execute(WAITING, places).fetchall()
    for step_id, execution_id, fence in rows:
        wake(execution_id=execution_id, step_id=step_id, by=_by(event), fence=fence)
    if len(rows) == batch:
        outbox.add(topic=events.ARRIVED, payload={"eventId": str(event.pk), "after": str(rows[-1][0])})


PROJECT = "SELECT project_id FROM executions_execution WHERE id = %s"


def hold_back(claimed: Claimed, name: str, subject: str | None) -> int:
    """Let no event come in for this step until it waits; returns its project. Needs the run's lock."""
    with hot_cursor() as cursor:
        row = cursor.execute(PROJECT, (claimed.execution_id,)).fetchone()
    assert row is not None  # noqa: S101 - its row is locked
    events.hold_back(project_id=row[0], name=name, subject=subject or "")
    return int(row[0])


FIRST_START = """
SELECT started_at FROM executions_attempt WHERE step_id = %s AND epoch = %s ORDER BY fence LIMIT 1
"""


def look_back(claimed: Claimed, project_id: int, name: str, subject: str | None) -> None:
    """Wake the step, which waits since a moment ago, if its event has come in the meantime. Needs `hold_back`."""
    with hot_cursor() as cursor:
        row = cursor.execute(FIRST_START, (claimed.step_id, claimed.epoch)).fetchone()
    since = row[0] if row else claimed.started_at
    event = events.first_since(project_id=project_id, name=name, subject=subject or "", moment=since)
    if event is not None:
        wake(execution_id=claimed.execution_id, step_id=claimed.step_id, by=_by(event), fence=claimed.fence)


def _by(event: Event) -> dict[str, Any]:
    return {"by": "event", "payload": events.as_item(event)}
