"""What a row of django-celery-beat orders. A row made by hand may say anything; nothing that it says raises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django_celery_beat.models import PeriodicTask

from executions.engine.catching_up import Missed, Overlap
from executions.engine.schedule import LEAST_INTERVAL, Interval, Moment, Schedule, Timing, WallTimes
from integrations import safe_json
from workflows.graph import crontab

TASK = "executions.start_workflow"
BEFORE_EVERYTHING = datetime(1970, 1, 1, tzinfo=UTC)
KNOWN = frozenset({"workflow", "inputData", "missed", "overlap"})


class Fault(StrEnum):
    """Why a row cannot be followed."""

    NO_SCHEDULE = "no_schedule"
    SOLAR = "solar"
    BAD_CRONTAB = "bad_crontab"
    BAD_INTERVAL = "bad_interval"
    BAD_ARGUMENTS = "bad_arguments"
    UNKNOWN_WORKFLOW = "unknown_workflow"
    NOT_PUBLISHED = "not_published"


WORDS = {
    Fault.NO_SCHEDULE: _("У задачи нет расписания: укажите crontab, интервал или время"),
    Fault.SOLAR: _("Расписания по солнцу не поддерживаются: укажите crontab, интервал или время"),
    Fault.BAD_CRONTAB: _("Crontab не читается: исправьте его поля"),
    Fault.BAD_INTERVAL: _("Интервал должен быть не короче секунды"),
    Fault.BAD_ARGUMENTS: _(
        'Аргументы не читаются, нужен объект вида {"workflow": "WF-01", "inputData": {}, "missed": "last", '
        '"overlap": "allow"}'
    ),
    Fault.UNKNOWN_WORKFLOW: _("Такого рабочего процесса нет: исправьте workflow в аргументах"),
    Fault.NOT_PUBLISHED: _("Рабочий процесс не опубликован: с публикацией расписание пойдёт дальше"),
}


@dataclass(frozen=True)
class Order:
    """A row that can be followed. `workflow` is an id or a code; `zone` is the one in which people read its times."""

    workflow: str
    input_data: Mapping[str, Any]
    missed: Missed
    overlap: Overlap
    schedule: Schedule
    zone: ZoneInfo
    once: bool


def read_order(task: PeriodicTask, *, anchor: datetime) -> Order | Fault:
    """What the row orders. Intervals of a row without a start time are counted from `anchor`."""
    timing = _timing(task, anchor.replace(microsecond=0))
    if isinstance(timing, Fault):
        return timing
    arguments = _arguments(task)
    if arguments is None:
        return Fault.BAD_ARGUMENTS
    return Order(
        workflow=arguments["workflow"].strip(),
        input_data=arguments.get("inputData", {}),
        missed=Missed(arguments.get("missed", Missed.LAST)),
        overlap=Overlap(arguments.get("overlap", Overlap.ALLOW)),
        schedule=Schedule(timing, begins=task.start_time, ends=_end(task)),
        zone=timing.zone if isinstance(timing, WallTimes) else ZoneInfo(settings.TIME_ZONE),
        once=bool(task.one_off),
    )


def written_crontab(row: Any) -> str:
    """The five fields of a `CrontabSchedule` in the usual order."""
    return " ".join((row.minute, row.hour, row.day_of_month, row.month_of_year, row.day_of_week))


def _timing(task: PeriodicTask, anchor: datetime) -> Timing | Fault:
    if task.crontab is not None:
        try:
            read = crontab.parse(written_crontab(task.crontab))
        except crontab.BadCrontab:
            return Fault.BAD_CRONTAB
        return WallTimes(read, ZoneInfo(str(task.crontab.timezone)))
    if task.interval is not None:
        return _interval(task.interval, task.start_time or anchor)
    if task.clocked is not None:
        return Moment(task.clocked.clocked_time)
    return Fault.NO_SCHEDULE if task.solar_id is None else Fault.SOLAR


def _interval(row: Any, anchor: datetime) -> Interval | Fault:
    try:
        every = timedelta(**{row.period: row.every})
    except (OverflowError, TypeError):
        return Fault.BAD_INTERVAL
    return Interval(anchor, every) if every >= LEAST_INTERVAL else Fault.BAD_INTERVAL


def _arguments(task: PeriodicTask) -> dict[str, Any] | None:
    """The row's arguments, None when they are not what they should be."""
    try:
        positional, named = safe_json.loads(task.args or "[]"), safe_json.loads(task.kwargs or "{}")
    except ValueError:
        return None
    if positional or not isinstance(named, dict) or not named.keys() <= KNOWN:
        return None
    choices = named.get("missed", "last") in list(Missed) and named.get("overlap", "allow") in list(Overlap)
    fits = isinstance(named.get("workflow"), str) and isinstance(named.get("inputData", {}), dict) and choices
    return named if fits else None


def _end(task: PeriodicTask) -> datetime | None:
    """From when on nothing is due.

    A row that is switched off has no ticks, unless beat itself has done that: it does so to a row that fires once when
    it has sent it, and to one that has expired. Their ticks until then count, for the message may have been lost.
    """
    if task.enabled:
        return task.expires
    over = task.expires is not None and task.expires <= task.date_changed
    if not (task.one_off or over):
        return BEFORE_EVERYTHING
    return min(task.date_changed, task.expires or task.date_changed)
