"""The tables of workflows: the name that stays, the versions that never change, and a projection of their nodes."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts import services as accounts_services
from accounts.clock import Clock
from integrations.safe_json import Decoder, Encoder

MIN_PRIORITY = 0
MAX_PRIORITY = 10
DEFAULT_PRIORITY = 5


class WorkflowQuerySet(models.QuerySet["Workflow"]):
    def visible_to(self, user: Any) -> WorkflowQuerySet:
        """Workflows of the projects in which `user` may look at them; deleted ones are gone for everybody."""
        return self.alive().filter(project_id__in=accounts_services.project_ids(user, action="workflow.view"))

    def alive(self) -> WorkflowQuerySet:
        return self.filter(deleted_at=None)

    def with_versions(self) -> WorkflowQuerySet:
        """With what is shown of a workflow at hand: its newest version and the number of the published one."""
        return self.select_related("newest_version", "active_version").defer(
            "active_version__definition", "active_version__problems"
        )


class Workflow(models.Model):
    """What people name, run and share. What it does is in its versions.

    `version` is the optimistic lock and equals the number of the newest version: every save makes one.
    A deleted workflow keeps its row, because runs point at it.
    """

    class Kind(models.TextChoices):
        BACKGROUND = "background", _("Фоновый")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey("accounts.Project", models.PROTECT, related_name="workflows", verbose_name=_("проект"))
    code = models.CharField(_("код"), max_length=50, unique=True, help_text=_("Короткое имя для людей, например WF-01"))
    name = models.CharField(_("название"), max_length=200)
    description = models.TextField(_("описание"), blank=True)
    kind = models.CharField(_("вид"), max_length=20, choices=Kind, default=Kind.BACKGROUND)
    priority = models.PositiveSmallIntegerField(
        _("приоритет"),
        default=DEFAULT_PRIORITY,
        validators=[MinValueValidator(MIN_PRIORITY), MaxValueValidator(MAX_PRIORITY)],
        help_text=_("От 0 до 10, больше — раньше"),
    )
    active_version = models.ForeignKey(
        "WorkflowVersion",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("опубликованная версия"),
    )
    newest_version = models.ForeignKey(
        "WorkflowVersion", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("новейшая версия")
    )
    version = models.PositiveIntegerField(_("номер сохранения"), default=0)
    deleted_at = models.DateTimeField(_("удалён"), null=True, blank=True)
    created_at = models.DateTimeField(_("создан"), db_default=Clock(), editable=False)
    updated_at = models.DateTimeField(_("изменён"), db_default=Clock(), editable=False)

    objects = WorkflowQuerySet.as_manager()

    class Meta:
        verbose_name = _("рабочий процесс")
        verbose_name_plural = _("рабочие процессы")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index("project", F("created_at").desc(), name="workflow_recent", condition=Q(deleted_at=None))
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(priority__gte=MIN_PRIORITY, priority__lte=MAX_PRIORITY), name="workflow_priority_range"
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def is_published(self) -> bool:
        """Whether what is running is also the newest that was saved."""
        return self.active_version_id is not None and self.active_version_id == self.newest_version_id


class WorkflowVersion(models.Model):
    """One saved state of a workflow's definition. It never changes; only `published_at` is noted later.

    `problems` is what the check found when it was saved: `[{code, severity, nodeId, edgeId, message, params}]` with
    `message` a gettext msgid.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    workflow = models.ForeignKey(Workflow, models.CASCADE, related_name="versions", verbose_name=_("рабочий процесс"))
    number = models.PositiveIntegerField(_("номер"))
    label = models.CharField(_("метка"), max_length=12)
    definition = models.JSONField(_("описание графа"), encoder=Encoder, decoder=Decoder)
    problems = models.JSONField(_("замечания"), encoder=Encoder, decoder=Decoder, default=list)
    published_at = models.DateTimeField(_("опубликована"), null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("кто сохранил")
    )
    created_at = models.DateTimeField(_("сохранена"), db_default=Clock(), editable=False)

    class Meta:
        verbose_name = _("версия рабочего процесса")
        verbose_name_plural = _("версии рабочих процессов")
        ordering = ["-number"]
        constraints = [models.UniqueConstraint("workflow", "number", name="version_number_once")]

    def __str__(self) -> str:
        return f"{self.workflow.code} {self.label}"


class Node(models.Model):
    """A node of the newest or the active version, written beside the definition for search and admin filters."""

    id = models.BigAutoField(primary_key=True)
    version = models.ForeignKey(WorkflowVersion, models.CASCADE, related_name="nodes", verbose_name=_("версия"))
    node_id = models.CharField(_("узел"), max_length=200)
    type = models.CharField(_("тип"), max_length=100, db_index=True)
    label = models.CharField(_("название"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("узел")
        verbose_name_plural = _("узлы")
        constraints = [models.UniqueConstraint("version", "node_id", name="node_once_per_version")]

    def __str__(self) -> str:
        return self.label or self.node_id
