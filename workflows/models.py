"""The tables of workflows: the name that stays, the versions that never change, and a projection of their nodes."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
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
VARIABLE_KEY = r"^[A-Za-z_][A-Za-z0-9_]{0,49}\Z"


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
        """`flow` does anything, `function` is called by others for its result, `background` works unseen by people.

        It is said when the workflow is made; `graph.palettes` says what each may hold.
        """

        FLOW = "flow", _("Обычный")
        FUNCTION = "function", _("Функция")
        BACKGROUND = "background", _("Фоновый")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey("accounts.Project", models.PROTECT, related_name="workflows", verbose_name=_("проект"))
    code = models.CharField(_("код"), max_length=50, unique=True, help_text=_("Короткое имя для людей, например WF-01"))
    name = models.CharField(_("название"), max_length=200)
    description = models.TextField(_("описание"), blank=True)
    kind = models.CharField(_("вид"), max_length=20, choices=Kind, default=Kind.FLOW)
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


class WorkflowVersionQuerySet(models.QuerySet["WorkflowVersion"]):
    def saved(self) -> WorkflowVersionQuerySet:
        """What people have saved, without what was only tried."""
        return self.filter(pins__isnull=True)


class WorkflowVersion(models.Model):
    """One saved state of a workflow's definition. It never changes; only `published_at` is noted later.

    `problems` is what the check found when it was saved: `[{code, severity, nodeId, edgeId, message, params}]` with
    `message` a gettext msgid.

    With `pins` it is a trial: the part of a definition that one test runs, under the number of the version that it was
    made from, and the items by node and port that are given in the place of running those nodes. Nothing else runs it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    workflow = models.ForeignKey(Workflow, models.CASCADE, related_name="versions", verbose_name=_("рабочий процесс"))
    number = models.PositiveIntegerField(_("номер"))
    label = models.CharField(_("метка"), max_length=12)
    definition = models.JSONField(_("описание графа"), encoder=Encoder, decoder=Decoder)
    problems = models.JSONField(_("замечания"), encoder=Encoder, decoder=Decoder, default=list)
    pins = models.JSONField(_("закреплённые данные"), encoder=Encoder, decoder=Decoder, null=True, editable=False)
    published_at = models.DateTimeField(_("опубликована"), null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("кто сохранил")
    )
    created_at = models.DateTimeField(_("сохранена"), db_default=Clock(), editable=False)

    objects = WorkflowVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("версия рабочего процесса")
        verbose_name_plural = _("версии рабочих процессов")
        ordering = ["-number"]
        indexes = [models.Index("created_at", name="version_trials", condition=Q(pins__isnull=False))]
        constraints = [
            models.UniqueConstraint(
                fields=["workflow", "number"], condition=Q(pins__isnull=True), name="version_number_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.workflow.code} {self.label}"


class Node(models.Model):
    """A node of the newest or the active version, written beside the definition for search and admin filters."""

    id = models.BigAutoField(primary_key=True)
    version = models.ForeignKey(WorkflowVersion, models.CASCADE, related_name="nodes", verbose_name=_("версия"))
    node_id = models.CharField(_("узел"), max_length=200)
    type = models.CharField(_("тип"), max_length=100, db_index=True)
    label = models.CharField(_("название"), max_length=500, blank=True)
    credentials = models.ManyToManyField(
        "integrations.Credential", blank=True, related_name="+", verbose_name=_("учётные данные")
    )

    class Meta:
        verbose_name = _("узел")
        verbose_name_plural = _("узлы")
        constraints = [models.UniqueConstraint("version", "node_id", name="node_once_per_version")]

    def __str__(self) -> str:
        return self.label or self.node_id


class VariableQuerySet(models.QuerySet["Variable"]):
    def visible_to(self, user: Any) -> VariableQuerySet:
        """Variables of the projects in which `user` may look at them."""
        return self.filter(project_id__in=accounts_services.project_ids(user, action="variable.view"))


class Variable(models.Model):
    """A value that the workflows of a project share: `$vars.name` in expressions. Everybody in it reads it, so it is
    no place for secrets."""

    id = models.BigAutoField(primary_key=True)
    project = models.ForeignKey("accounts.Project", models.PROTECT, related_name="+", verbose_name=_("проект"))
    key = models.CharField(
        _("имя"),
        max_length=50,
        validators=[RegexValidator(VARIABLE_KEY, _("Имя состоит из латинских букв, цифр и подчёркиваний"))],
        help_text=_("В выражениях – $vars.имя"),
    )
    value = models.JSONField(
        _("значение"),
        encoder=Encoder,
        decoder=Decoder,
        null=True,
        blank=True,
        help_text=_("Текст в кавычках, число, список или объект JSON. Не секрет: его видят все участники проекта"),
    )
    created_at = models.DateTimeField(_("создана"), db_default=Clock(), editable=False)
    updated_at = models.DateTimeField(_("изменена"), db_default=Clock(), editable=False)

    objects = VariableQuerySet.as_manager()

    class Meta:
        verbose_name = _("переменная")
        verbose_name_plural = _("переменные")
        ordering = ["key"]
        constraints = [models.UniqueConstraint("project", "key", name="variable_key_once")]

    def __str__(self) -> str:
        return self.key


class Pin(models.Model):
    """Items that a node gives in tests in the place of running, by port: an example that people work with.

    It stands beside the definition, which says nothing of it, and no ordinary run ever reads it.
    """

    id = models.BigAutoField(primary_key=True)
    workflow = models.ForeignKey(Workflow, models.CASCADE, related_name="pins", verbose_name=_("рабочий процесс"))
    node_id = models.CharField(_("узел"), max_length=200)
    ports = models.JSONField(_("данные по выходам"), encoder=Encoder, decoder=Decoder)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("кто закрепил")
    )
    set_at = models.DateTimeField(_("закреплено"), db_default=Clock(), editable=False)

    class Meta:
        verbose_name = _("закреплённые данные узла")
        verbose_name_plural = _("закреплённые данные узлов")
        ordering = ["node_id"]
        constraints = [models.UniqueConstraint("workflow", "node_id", name="pin_once_per_node")]

    def __str__(self) -> str:
        return self.node_id


class KeptData(models.Model):
    """What programs leave for later runs: of the whole workflow, or of one of its nodes. The last one to write wins."""

    id = models.BigAutoField(primary_key=True)
    workflow = models.ForeignKey(Workflow, models.CASCADE, related_name="kept_data", verbose_name=_("рабочий процесс"))
    node_id = models.CharField(_("узел"), max_length=200, blank=True, help_text=_("Пусто – данные всего процесса"))
    content = models.JSONField(_("данные"), encoder=Encoder, decoder=Decoder)
    updated_at = models.DateTimeField(_("изменены"), db_default=Clock(), editable=False)

    class Meta:
        verbose_name = _("данные между запусками")
        verbose_name_plural = _("данные между запусками")
        ordering = ["workflow", "node_id"]
        constraints = [models.UniqueConstraint("workflow", "node_id", name="kept_data_once")]

    def __str__(self) -> str:
        return f"{self.workflow_id} {self.node_id}"
