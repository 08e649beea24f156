"""What the engine does when a version is published, or a workflow unpublished or deleted, in that transaction.

Called by names in `settings.WORKFLOW_HOOKS`, as it lies on a higher floor than what is published.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet

from accounts import quotas
from executions.models import Listener, Trigger
from executions.services import reacting, scheduling
from workflows import services as workflows


def published(workflow_id: uuid.UUID) -> None:
    """Schedules and triggers of the published version come to life, those of the one before are silenced.

    Raises `QuotaExceeded` when its author has more of them than one person may have.
    """
    scheduling.follow_published(workflow_id)
    reacting.follow_published(workflow_id)
    schedules = Trigger.objects.filter(periodic_task__isnull=False).exclude(node_id="")
    _refuse_too_many("schedules", schedules, workflow_id)
    _refuse_too_many("addresses", Listener.objects.filter(active=True, address__isnull=False), workflow_id)


def unpublished(workflow_id: uuid.UUID) -> None:
    """Nothing of the workflow starts by itself until it is published again, and what is off then stays off."""
    scheduling.rest_unpublished(workflow_id)
    reacting.deactivate(workflow_id)


def deleted(workflow_id: uuid.UUID) -> None:
    """Nothing of the workflow starts by itself any more."""
    scheduling.switch_off_deleted(workflow_id)
    reacting.deactivate(workflow_id)


def _refuse_too_many(quota: str, rows: QuerySet[Any], workflow_id: uuid.UUID) -> None:
    """`rows` are those of everybody; a workflow without any adds nothing to what its author has."""
    if rows.filter(workflow_id=workflow_id).exists():
        mine = rows.filter(workflow_id__in=workflows.published_by_the_same(workflow_id))
        quotas.refuse_beyond(quota, mine.count, more=0)
