"""The tables of schedules: a standing order to start runs, and what has become of each of its ticks."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts.clock import Clock


class Trigger(models.Model):
    """A schedule: the row of django-celery-beat says when and what, this one how far it has got.

    Of a node of the published version, or with an empty `node_id` made by hand in the admin. Ticks later than
    `last_due_at` have not been dealt with yet; `next_due_at` is the first of them. `seen_timing` and `seen_order` tell
    whether the row still says what it said when that was worked out. With a `fault` the row cannot be followed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    workflow = models.ForeignKey(
        "workflows.Workflow", models.CASCADE, null=True, related_name="triggers", verbose_name=_("Рабочий процесс")
    )
    node_id = models.CharField(_("Узел"), max_length=200, default="")
    periodic_task = models.OneToOneField(
        "django_celery_beat.PeriodicTask", models.SET_NULL, null=True, related_name="+", verbose_name=_("Задача beat")
    )
    fault = models.CharField(_("Неисправность"), max_length=40, default="")
    seen_timing = models.CharField(max_length=32, default="")
    seen_order = models.CharField(max_length=32, default="")
    last_due_at = models.DateTimeField(_("Последний срок"), null=True)
    next_due_at = models.DateTimeField(_("Следующий срок"), null=True)
    created_at = models.DateTimeField(_("Создано"), db_default=Clock())

    class Meta:
        verbose_name = _("пускатель")
        verbose_name_plural = _("пускатели")
        indexes = [
            models.Index(
                "next_due_at",
                name="trigger_due",
                condition=Q(next_due_at__isnull=False, periodic_task__isnull=False),
            )
        ]
        constraints = [
            models.UniqueConstraint("workflow", "node_id", condition=~Q(node_id=""), name="trigger_once_per_node")
        ]

    def __str__(self) -> str:
        return self.node_id or str(self.id)


class ScheduleFire(models.Model):
    """One tick of one schedule. Whoever inserts the row starts the run; nobody can do so twice.

    A line about missed ticks stands for `ticks` of them, of which `due_at` is the newest.
    """

    id = models.BigAutoField(primary_key=True)
    trigger = models.ForeignKey(Trigger, models.CASCADE, related_name="fires", db_index=False)
    due_at = models.DateTimeField(_("Срок"))
    execution = models.ForeignKey(
        "executions.Execution", models.SET_NULL, null=True, related_name="+", verbose_name=_("Запуск")
    )
    outcome = models.CharField(_("Исход"), max_length=60)
    ticks = models.PositiveIntegerField(_("Сроков"), default=1)
    fired_at = models.DateTimeField(_("Сработало"), db_default=Clock())

    class Meta:
        verbose_name = _("срабатывание")
        verbose_name_plural = _("срабатывания")
        indexes = [models.Index("trigger", "due_at", name="fire_queued", condition=Q(outcome="queued"))]
        constraints = [models.UniqueConstraint("trigger", "due_at", name="fire_once_per_tick")]

    def __str__(self) -> str:
        return f"{self.due_at}"
