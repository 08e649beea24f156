"""Schedules: kept in step with the rows of django-celery-beat, fired by whoever looks, each tick once."""

from executions.services.scheduling.firing import fire_due, fire_named
from executions.services.scheduling.forgetting import prune_fires
from executions.services.scheduling.looking import Sight, look, schedules_of
from executions.services.scheduling.orders import TASK
from executions.services.scheduling.publishing import follow_published, rest_unpublished, switch_off_deleted
from executions.services.scheduling.switching import switch
from executions.services.scheduling.watching import follow_rows

__all__ = [
    "TASK",
    "Sight",
    "fire_due",
    "fire_named",
    "follow_published",
    "follow_rows",
    "look",
    "prune_fires",
    "rest_unpublished",
    "schedules_of",
    "switch",
    "switch_off_deleted",
]
