"""Switching a schedule on and off."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone
from django_celery_beat.models import PeriodicTask, PeriodicTasks

from accounts import services as accounts
from executions.errors import ScheduleNotFound
from executions.models import Trigger
from executions.services.scheduling.rows import lock, read_row, refresh
from workflows import services as workflows


@transaction.atomic
def switch(*, workflow_id: uuid.UUID, trigger_id: uuid.UUID, user: Any, on: bool) -> Trigger:
    """Switch a schedule of a workflow on or off; while it is off nothing is missed. Repeating it changes nothing.

    Raises `ScheduleNotFound`, `workflows.errors.WorkflowNotFound`, `accounts.errors.Forbidden`.
    """
    accounts.require(user, "workflow.publish", workflows.project_of(workflow_id, user))
    workflows.hold_startable(workflow_id)
    trigger = lock(trigger_id, wait=True)
    if trigger is None or trigger.workflow_id != workflow_id or trigger.periodic_task is None:
        raise ScheduleNotFound
    task = trigger.periodic_task
    if task.enabled != on:
        PeriodicTasks.update_changed()
        PeriodicTask.objects.filter(id=task.id).update(enabled=on, last_run_at=None, date_changed=timezone.now())
    row = read_row(task.id)
    if row is not None:
        refresh(trigger, row)
        trigger.save()
        trigger.periodic_task = row.task
    return trigger
