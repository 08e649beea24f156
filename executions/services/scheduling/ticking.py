"""A tick that has started its run, as an event of the catalogue: a day or an hour has come."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from executions.engine.schedule import Interval, Moment, Schedule
from executions.models import Execution, Trigger
from integrations import events

MOMENT: Final = "time.moment"
HOURLY: Final = "time.hourly"
DAILY: Final = "time.daily"
HOUR: Final = timedelta(hours=1)
DAYS: Final = (timedelta(days=1), timedelta(weeks=1))
EVERY_HOUR: Final = 24
EVERY_DAY: Final = 31
EVERY_MONTH: Final = 12


def tell_of_tick(trigger: Trigger, schedule: Schedule, due_at: datetime, execution: Execution) -> None:
    """An event about it, once per tick. What ticks several times an hour is a pulse, and no event of its own.

    Needs the transaction that notes the tick.
    """
    name = name_of(schedule)
    if name is None:
        return
    code = execution.workflow.code
    events.emit(
        project_id=execution.project_id,
        name=name,
        subject=code,
        payload={"scheduledAt": due_at.isoformat(), "workflow": code, "executionId": str(execution.pk)},
        dedupe_key=f"{trigger.pk}:{due_at.isoformat()}",
        source="schedules",
    )


def name_of(schedule: Schedule) -> str | None:
    """What its ticks are called; None for those that come several times an hour."""
    timing = schedule.timing
    if isinstance(timing, Moment):
        return MOMENT
    if isinstance(timing, Interval):
        if timing.every <= HOUR:
            return HOURLY if timing.every == HOUR else None
        return DAILY if timing.every in DAYS else MOMENT
    crontab = timing.crontab
    if len(crontab.minutes) != 1:
        return None
    if len(crontab.hours) == EVERY_HOUR:
        return HOURLY
    regular = len(crontab.days) == EVERY_DAY and len(crontab.months) == EVERY_MONTH
    return DAILY if regular and len(crontab.hours) == 1 else MOMENT
