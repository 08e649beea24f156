"""What the engine adds to alerts: that workflows run again; that nobody serves a queue, or somebody does again."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from accounts import clock
from accounts import services as accounts
from executions.models import Execution
from executions.services.guards import live_queues
from executions.services.health import ready_since
from integrations import alerting, events, outbox

FAILED: Final = "execution.failed"
STUCK: Final = "process.stuck"
MISSED: Final = "job.missed"
MISSING: Final = "worker.missing"
BACK: Final = "worker.recovered"
PATIENCE: Final = timedelta(seconds=60)
"""For how long work may wait without anybody who serves its queue before people are told."""
MOST: Final = 200


def end_recovered() -> int:
    """End the alerts about workflows that have succeeded since, and about stuck runs that have ended; returns how many.

    For the ticker.
    """
    ended = 0
    for alert in alerting.open_alerts(FAILED, STUCK, MISSED)[:MOST]:
        runs = Execution.objects.filter(project_id=alert.project_id, workflow__code=alert.subject)
        if alert.name == STUCK:
            well = runs.filter(pk=alert.payload.get("executionId"), finished_at__isnull=False).exists()
        else:
            well = runs.filter(status="succeeded", created_at__gt=alert.last_at).exists()
        if well:
            ended += alerting.recovered(alert.pk)
    return ended


def watch_workers() -> int:
    """Tell when work waits on a queue that nobody serves, and when somebody does again; returns how many queues.

    For the ticker. The event is for workflows; until a worker is there, people hear of it by the alert alone.
    """
    waiting = {**ready_since(), **{str(queue): outbox.overdue(queue)[1] for queue in outbox.QUEUES}}
    known = {alert.subject for alert in alerting.open_alerts(MISSING)}
    served, now, told = live_queues(), clock.read(), 0
    for queue, since in waiting.items():
        if queue not in served and queue not in known and since is not None and since < now - PATIENCE:
            _tell(MISSING, queue, f"{queue}:{since.isoformat()}", {"queue": queue, "since": since.isoformat()})
            told += 1
    for queue in known & served:
        _tell(BACK, queue, None, {"queue": queue})
        told += 1
    return told


def _tell(name: str, queue: str, key: str | None, payload: dict[str, str]) -> None:
    project_id = accounts.default_project().pk
    events.emit(project_id=project_id, name=name, subject=queue, payload=payload, dedupe_key=key, source="executions")
