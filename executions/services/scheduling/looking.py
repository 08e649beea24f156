"""Schedules as people look at them: what they say, when they come next, what has become of the last ticks."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet

from executions.engine.schedule import Interval, Moment, Timing, ticks
from executions.models import ScheduleFire, Trigger
from executions.services.scheduling.orders import WORDS, Fault, Order, read_order, written_crontab

SHOWN_TICKS = 5


@dataclass(frozen=True)
class Sight:
    """One schedule. Without an `order` its row cannot be read, and `fault` says why; `upcoming` are local times."""

    trigger: Trigger
    order: Order | None
    crontab: str | None
    every_seconds: float | None
    at: datetime | None
    zone: str
    fault: Fault | None
    upcoming: tuple[datetime, ...]
    fires: Sequence[ScheduleFire]

    @property
    def node_id(self) -> str | None:
        """None for a periodic task made by hand."""
        return self.trigger.node_id or None

    @property
    def fault_in_words(self) -> str:
        """In the language of the moment."""
        return "" if self.fault is None else str(WORDS[self.fault])


def schedules_of(workflow_id: uuid.UUID) -> QuerySet[Trigger]:
    """The schedules of a workflow that have a row, those of nodes and those made by hand."""
    triggers = Trigger.objects.filter(workflow_id=workflow_id, periodic_task__isnull=False)
    return triggers.select_related(
        "periodic_task__crontab", "periodic_task__interval", "periodic_task__clocked"
    ).order_by("created_at", "id")


def look(trigger: Trigger, now: datetime) -> Sight:
    """One schedule, whose row is there. Its last ticks are few of perhaps a million: the index gives them."""
    task = trigger.periodic_task
    order = read_order(task, anchor=trigger.created_at)
    read = order if isinstance(order, Order) else None
    timing: Timing | None = None if read is None else read.schedule.timing
    zone = ZoneInfo(settings.TIME_ZONE) if read is None else read.zone
    fault = order if isinstance(order, Fault) else Fault(trigger.fault) if trigger.fault else None
    return Sight(
        trigger=trigger,
        order=read,
        crontab=None if task is None or task.crontab is None else written_crontab(task.crontab),
        every_seconds=timing.every.total_seconds() if isinstance(timing, Interval) else None,
        at=timing.at if isinstance(timing, Moment) else None,
        zone=zone.key,
        fault=fault,
        upcoming=() if fault is not None or read is None else _upcoming(read, trigger.last_due_at or now, now),
        fires=list(trigger.fires.order_by("-due_at")[:SHOWN_TICKS]),
    )


def _upcoming(order: Order, dealt_with: datetime, now: datetime) -> tuple[datetime, ...]:
    count = 1 if order.once else SHOWN_TICKS
    found = ticks(order.schedule, after=max(dealt_with, now), limit=count)
    return tuple(tick.astimezone(order.zone) for tick in found)
