"""Questions that others ask about runs and workers."""

from __future__ import annotations

import time
import uuid
from datetime import timedelta

from django.conf import settings

from accounts import quotas
from accounts.clock import Now
from accounts.models import User
from executions.errors import WorkflowBusy
from executions.models import Execution, Worker

_SLOTS_KEPT_SECONDS = 5.0
_slots: dict[str, tuple[float, int]] = {}
_RUNS_KEPT_SECONDS = 5.0
_open_runs: dict[int, tuple[float, int]] = {}
"""Open runs by the person who has started them."""


def refuse_if_open(workflow_id: uuid.UUID) -> None:
    """Raise `WorkflowBusy` while the workflow has runs that have not ended."""
    count = Execution.objects.open().filter(workflow_id=workflow_id).count()
    if count:
        raise WorkflowBusy(openExecutions=count)


def refuse_crowd(user: User) -> None:
    """Raise `QuotaFull` while the person has as many open runs as one may have.

    Counted every few seconds and not at each start, which has no time for it: a few more may come in between.
    """
    kept = _open_runs.get(user.pk)
    if kept is None or time.monotonic() - kept[0] >= _RUNS_KEPT_SECONDS:
        kept = (time.monotonic(), Execution.objects.open().filter(started_by=user).count())
        _open_runs[user.pk] = kept
    quotas.refuse_beyond("open_runs", lambda: kept[1])


def heard_workers() -> list[Worker]:
    """Workers whose heartbeat is fresh, seen within three beats, or five seconds if beats are quicker; also those that
    take no more work and end."""
    fresh = max(3 * settings.HEARTBEAT_SECONDS, 5.0)
    return list(Worker.objects.filter(seen_at__gt=Now() - timedelta(seconds=fresh)))


def live_workers() -> list[Worker]:
    """Workers whose heartbeat is fresh, and that take work."""
    return [worker for worker in heard_workers() if not worker.draining]


def live_queues() -> set[str]:
    """The queues that somebody listens to."""
    return {queue for worker in live_workers() for queue in worker.queues}


def slots_of(queue: str) -> int:
    """How many steps of `queue` can run at once now; kept for a few seconds, at least 1."""
    kept = _slots.get(queue)
    if kept and time.monotonic() - kept[0] < _SLOTS_KEPT_SECONDS:
        return kept[1]
    slots = sum(worker.slots for worker in live_workers() if queue in worker.queues) or 1
    _slots[queue] = (time.monotonic(), slots)
    return slots
