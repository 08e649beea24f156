"""A schedule and its row of django-celery-beat, read together, and whether the row has changed since.

The row is where people edit a schedule, also in bulk, which sends no signals. So what the schedule was worked out from
is remembered as two sums, and compared with the row whenever somebody looks.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import connection
from django_celery_beat.models import PeriodicTask

from executions.engine import schedule as schedules
from executions.models import Trigger
from executions.services.scheduling.orders import Fault, Order, read_order
from workflows import services as workflows

log = structlog.get_logger(__name__)

TIMING = """md5(jsonb_build_array(p.enabled, p.one_off, p.start_time, p.expires, p.solar_id, c.minute, c.hour,
    c.day_of_month, c.month_of_year, c.day_of_week, c.timezone, i.every, i.period, k.clocked_time)::text)"""
ORDER = "md5(jsonb_build_array(p.task, p.args, p.kwargs)::text)"
TASKS = """django_celery_beat_periodictask p
    LEFT JOIN django_celery_beat_crontabschedule c ON c.id = p.crontab_id
    LEFT JOIN django_celery_beat_intervalschedule i ON i.id = p.interval_id
    LEFT JOIN django_celery_beat_clockedschedule k ON k.id = p.clocked_id"""
SUMS = f"SELECT {TIMING}, {ORDER}, naryad_now() FROM {TASKS} WHERE p.id = %s"  # noqa: S608 - constants of this file

OUTSIDE = frozenset({Fault.UNKNOWN_WORKFLOW, Fault.NOT_PUBLISHED})
"""Faults that may be mended without a change to the row."""


@dataclass(frozen=True)
class Row:
    """A row of django-celery-beat as it stands now."""

    task: PeriodicTask
    timing: str
    order: str
    now: datetime


def read_row(task_id: int) -> Row | None:
    """The row and the time, None when it is gone."""
    # First the sums: what is written between the two reads is then a change that the next look finds.
    with connection.cursor() as cursor:
        cursor.execute(SUMS, [task_id])
        sums = cursor.fetchone()
    task = PeriodicTask.objects.select_related("crontab", "interval", "clocked").filter(id=task_id).first()
    return None if sums is None or task is None else Row(task, *sums)


def lock(trigger_id: uuid.UUID, *, wait: bool) -> Trigger | None:
    """The schedule's row, locked; None when it is gone, or held by somebody else and one does not `wait`."""
    rows = Trigger.objects.select_for_update(no_key=True, skip_locked=not wait)
    return rows.filter(id=trigger_id).first()


def refresh(trigger: Trigger, row: Row) -> Order | Fault:
    """What the row orders; if it has changed, work out the schedule anew. Needs the lock; does not save.

    A schedule whose times have changed, that was switched on or whose workflow is published again begins now: what was
    due before is not missed.
    """
    order = read_order(row.task, anchor=trigger.created_at)
    same_timing = trigger.seen_timing == row.timing
    if same_timing and trigger.seen_order == row.order and trigger.fault not in OUTSIDE:
        return order
    if isinstance(order, Order) and not trigger.node_id:
        found = workflows.find_workflow(order.workflow)
        trigger.workflow_id = found
        order = Fault.UNKNOWN_WORKFLOW if found is None else order
    named = trigger.workflow_id
    if isinstance(order, Order) and named is not None and not workflows.is_published(named):
        order = Fault.NOT_PUBLISHED
    rested = trigger.fault == Fault.NOT_PUBLISHED
    if trigger.last_due_at is None or rested or (not same_timing and row.task.enabled):
        trigger.last_due_at = row.now
    trigger.seen_timing, trigger.seen_order = row.timing, row.order
    _note_fault(trigger, row.task.name, order if isinstance(order, Fault) else "")
    plan_next(trigger, order)
    return order


def plan_next(trigger: Trigger, order: Order | Fault) -> None:
    """Set when the schedule is due next. Does not save."""
    if isinstance(order, Fault) or trigger.last_due_at is None:
        trigger.next_due_at = None
    else:
        trigger.next_due_at = schedules.following(order.schedule, trigger.last_due_at)


def _note_fault(trigger: Trigger, name: str, fault: str) -> None:
    if fault and fault != trigger.fault:
        log.warning("schedule cannot be followed", trigger_id=str(trigger.id), periodic_task=name, fault=str(fault))
    trigger.fault = fault
