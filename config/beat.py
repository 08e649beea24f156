"""Beat's reader of periodic tasks, which writes nothing but what beat itself knows.

That of django-celery-beat reads a row, keeps it for seconds, and writes all of it back: what people or a publication
have changed meanwhile would be undone, and the ticker would follow the old schedule.
"""

from __future__ import annotations

from typing import Any

from celery.schedules import schedstate
from django.utils import timezone
from django_celery_beat.models import PeriodicTask, PeriodicTasks
from django_celery_beat.schedulers import DatabaseScheduler, ModelEntry
from django_celery_beat.utils import NEVER_CHECK_TIMEOUT


class Entry(ModelEntry):
    """One row, as beat sees it."""

    def is_due(self) -> Any:
        if self.model.enabled and self.model.one_off and self.model.total_run_count > 0:
            self._disable(self.model)
            _write(self.model, total_run_count=0)
            return schedstate(is_due=False, next=NEVER_CHECK_TIMEOUT)
        return super().is_due()

    def save(self) -> None:
        _write(self.model, last_run_at=self.model.last_run_at, total_run_count=self.model.total_run_count)

    def _disable(self, model: PeriodicTask) -> None:
        model.enabled = False
        PeriodicTasks.update_changed()
        _write(model, enabled=False, last_run_at=None, date_changed=timezone.now())


def _write(model: PeriodicTask, **fields: Any) -> None:
    PeriodicTask.objects.filter(pk=model.pk).update(**fields)


class Scheduler(DatabaseScheduler):
    """django-celery-beat's, with such entries."""

    Entry = Entry
