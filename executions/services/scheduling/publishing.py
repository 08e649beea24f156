"""Publishing writes the schedules of a workflow as rows of django-celery-beat.

It is called by a name in `settings.WORKFLOW_HOOKS`, as it lies on a higher floor than what is published, and needs the
transaction that publishes, which holds the workflow's row.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    PeriodicTasks,
)

from accounts import clock
from executions.engine.catching_up import Outcome
from executions.models import ScheduleFire, Trigger
from executions.services.scheduling.orders import TASK, Fault
from executions.services.scheduling.rows import read_row, refresh
from integrations import safe_json
from workflows import services as workflows
from workflows.graph import crontab
from workflows.services import TriggerNode

NODE_TYPE = "trigger-schedule"
NAME_LENGTH = 200
CRON_FIELDS = ("minute", "hour", "day_of_month", "month_of_year", "day_of_week")


def follow_published(workflow_id: uuid.UUID) -> None:
    """Write the rows of the published version's schedules, and take away those whose nodes are gone.

    Rows made by hand that have rested since the workflow was unpublished go on.
    """
    nodes = workflows.trigger_nodes(workflow_id, NODE_TYPE)
    known: dict[str, Trigger] = {trigger.node_id: trigger for trigger in _held(workflow_id).exclude(node_id="")}
    for node in nodes:
        trigger = known[node.id] if node.id in known else Trigger(workflow_id=workflow_id, node_id=node.id)
        _write(workflow_id, trigger, node)
    for gone in known.keys() - {node.id for node in nodes}:
        _take_away(known[gone])
    for trigger in _held(workflow_id).filter(node_id="", fault=Fault.NOT_PUBLISHED):
        row = None if trigger.periodic_task_id is None else read_row(trigger.periodic_task_id)
        if row is not None:
            refresh(trigger, row)
            trigger.save()


def rest_unpublished(workflow_id: uuid.UUID) -> None:
    """Nothing of the workflow is published: all its schedules rest, those made by hand too, and say why.

    Their rows stay, so that publishing finds what is switched on and off. Ticks that wait for the end of a run are
    left out.
    """
    resting = [trigger.id for trigger in _held(workflow_id) if trigger.periodic_task_id is not None]
    Trigger.objects.filter(id__in=resting).update(fault=Fault.NOT_PUBLISHED, next_due_at=None)
    waiting = ScheduleFire.objects.filter(trigger__in=resting, outcome=Outcome.QUEUED)
    waiting.update(outcome=Outcome.SKIPPED_OVERLAP)


def switch_off_deleted(workflow_id: uuid.UUID) -> None:
    """The workflow is deleted: the rows of its nodes go, those made by hand are switched off."""
    for trigger in _held(workflow_id):
        if trigger.node_id:
            _take_away(trigger)
        else:
            PeriodicTasks.update_changed()
            PeriodicTask.objects.filter(id=trigger.periodic_task_id).update(enabled=False, last_run_at=None)
            Trigger.objects.filter(id=trigger.id).update(next_due_at=None)


def _held(workflow_id: uuid.UUID) -> QuerySet[Trigger]:
    return Trigger.objects.select_for_update(no_key=True).filter(workflow_id=workflow_id).order_by("id")


def _take_away(trigger: Trigger) -> None:
    """What became of its ticks stays."""
    if trigger.periodic_task is not None:
        trigger.periodic_task.delete()
    Trigger.objects.filter(id=trigger.id).update(periodic_task=None, next_due_at=None, last_due_at=None)


def _write(workflow_id: uuid.UUID, trigger: Trigger, node: TriggerNode) -> None:
    """A row that says what the node says already is not touched; whether it is switched on is its own affair."""
    task = trigger.periodic_task
    wanted = _wanted(workflow_id, trigger.id, node, task)
    if task is None:
        task = PeriodicTask(**wanted)
        task.save()
        trigger.periodic_task = task
    elif any(getattr(task, field) != value for field, value in wanted.items()):
        if task.clocked != wanted["clocked"]:
            task.enabled = True  # what has fired once is switched off
        for field, value in wanted.items():
            setattr(task, field, value)
        task.save()
    row = read_row(task.pk)
    if row is not None:
        trigger.save()
        trigger.refresh_from_db(fields=["created_at"])
        refresh(trigger, row)
        trigger.save()


def _wanted(
    workflow_id: uuid.UUID, trigger_id: uuid.UUID, node: TriggerNode, task: PeriodicTask | None
) -> dict[str, Any]:
    config: Any = node.config
    code, title = workflows.names_of([workflow_id])[workflow_id]
    interval = None
    if config.every_seconds is not None:
        interval = _shared(IntervalSchedule, every=config.every_seconds, period=IntervalSchedule.SECONDS)
    return {
        "name": _name(code, node.label, trigger_id),
        "task": TASK,
        "description": gettext("Расписание из узла «%(node)s» процесса «%(workflow)s»: его меняет публикация")
        % {"node": node.label, "workflow": title},
        "crontab": None if config.crontab is None else _crontab(config.crontab, config.time_zone),
        "interval": interval,
        "clocked": None if config.at is None else _shared(ClockedSchedule, clocked_time=config.at),
        "solar": None,
        "one_off": config.at is not None,
        "start_time": _begin(task, interval),
        "args": "[]",
        "kwargs": safe_json.dumps(
            {
                "workflow": str(workflow_id),
                "inputData": config.input_data,
                "missed": config.missed,
                "overlap": config.overlap,
            }
        ),
    }


def _name(code: str, label: str, trigger_id: uuid.UUID) -> str:
    """For people, and unique by the end of the trigger's id, which is random."""
    mark = f" · {trigger_id.hex[-12:]}"
    return f"{code} {label}"[: NAME_LENGTH - len(mark)] + mark


def _begin(task: PeriodicTask | None, interval: IntervalSchedule | None) -> datetime | None:
    """Intervals are counted from the publication that brought them; another begin is left as the row has it."""
    if interval is None:
        return None if task is None or task.interval_id is not None else task.start_time
    if task is not None and task.interval == interval and task.start_time is not None:
        return task.start_time
    return clock.read().replace(microsecond=0)


def _crontab(text: str, zone: str | None) -> CrontabSchedule:
    fields = dict(zip(CRON_FIELDS, crontab.celery_fields(text), strict=True))
    return _shared(CrontabSchedule, timezone=zone or settings.TIME_ZONE, **fields)


def _shared(model: Any, **fields: Any) -> Any:
    """Rows of equal schedules are shared, as in the admin, which may have made several."""
    return model.objects.filter(**fields).order_by("id").first() or model.objects.create(**fields)
