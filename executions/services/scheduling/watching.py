"""Noticing new and changed rows of django-celery-beat, whoever has written them and however."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django_celery_beat.models import PeriodicTask, PeriodicTasks

from executions.models import Trigger
from executions.services.scheduling.orders import TASK, Fault
from executions.services.scheduling.rows import ORDER, TASKS, TIMING, lock, read_row, refresh
from workflows.services import PUBLISHED

BATCH = 500
LOOK_AGAIN_SECONDS = 60.0
"""Changes that say nothing about themselves, such as those in SQL, are found after so long."""

CHANGED = f"""
SELECT p.id FROM {TASKS} LEFT JOIN executions_trigger t ON t.periodic_task_id = p.id
WHERE p.task = %(task)s
    AND (t.id IS NULL OR t.seen_timing <> {TIMING} OR t.seen_order <> {ORDER} OR t.fault = %(unknown)s
        OR (t.fault = %(resting)s AND {PUBLISHED.format(workflow="t.workflow_id")}))
LIMIT %(batch)s
"""  # noqa: S608 - constants of this package


@dataclass
class _Memory:
    """What this process has seen: when the rows were last said to have changed, and when it looked at all of them."""

    changed_at: datetime | None = None
    looked_at: float = float("-inf")


_memory = _Memory()


def follow_rows() -> int:
    """Bring every schedule in step with its row, and give new rows one; returns how many there were.

    Looks only when django-celery-beat says that something has changed, and once a minute anyway.
    """
    changed_at = PeriodicTasks.last_change()
    if changed_at == _memory.changed_at and time.monotonic() < _memory.looked_at + LOOK_AGAIN_SECONDS:
        return 0
    with connection.cursor() as cursor:
        faults = {"unknown": Fault.UNKNOWN_WORKFLOW, "resting": Fault.NOT_PUBLISHED}
        cursor.execute(CHANGED, {"task": TASK, "batch": BATCH, **faults})
        changed = [row[0] for row in cursor.fetchall()]
    for task_id in changed:
        follow(task_id)
    if len(changed) < BATCH:
        _memory.changed_at, _memory.looked_at = changed_at, time.monotonic()
    return len(changed)


@transaction.atomic
def follow(task_id: int) -> None:
    """Bring one schedule in step with its row; a row that has none gets one."""
    if not PeriodicTask.objects.filter(id=task_id).exists():
        return
    Trigger.objects.bulk_create([Trigger(periodic_task_id=task_id)], ignore_conflicts=True)
    trigger = lock(Trigger.objects.values_list("id", flat=True).get(periodic_task_id=task_id), wait=True)
    row = read_row(task_id)
    if trigger is not None and row is not None:
        refresh(trigger, row)
        trigger.save()
