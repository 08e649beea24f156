"""The tables of reactions: which nodes listen for what, what each event has caused, and what is kept an eye on."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts import services as accounts
from accounts.clock import Clock
from integrations.safe_json import Decoder, Encoder


class Listener(models.Model):
    """A trigger node of a published version that waits for something: an event, a webhook, a form, a silence.

    `names` are the events it has to be told of; `ticket.*` stands for all that begin so. `address` is the unguessable
    part of its own address, where it has one; it stays over all publications. `path` is the address under which the
    workflow was known in n8n, "" for none. `config` is the node's, checked.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey("accounts.Project", models.PROTECT, related_name="+", verbose_name=_("Проект"))
    workflow = models.ForeignKey(
        "workflows.Workflow", models.CASCADE, related_name="listeners", verbose_name=_("Рабочий процесс")
    )
    node_id = models.CharField(_("Узел"), max_length=200)
    kind = models.CharField(_("Вид"), max_length=50)
    names = ArrayField(models.CharField(max_length=200), default=list, verbose_name=_("События"))
    config = models.JSONField(_("Настройки"), encoder=Encoder, decoder=Decoder, default=dict)
    address = models.CharField(_("Адрес"), max_length=64, null=True, unique=True)
    path = models.CharField(_("Прежний адрес"), max_length=200, default="", db_default="")
    active = models.BooleanField(_("Слушает"), default=True)
    since = models.DateTimeField(_("Слушает с"), db_default=Clock())

    class Meta:
        verbose_name = _("слушатель событий")
        verbose_name_plural = _("слушатели событий")
        indexes = [
            GinIndex("names", name="listener_names", condition=Q(active=True)),
            models.Index("path", name="listener_path", condition=Q(active=True) & ~Q(path="")),
        ]
        constraints = [models.UniqueConstraint("workflow", "node_id", name="listener_once_per_node")]

    def __str__(self) -> str:
        return self.node_id


class ReactionQuerySet(models.QuerySet["Reaction"]):
    def visible_to(self, user: Any) -> ReactionQuerySet:
        """Reactions in the projects in which `user` may see events."""
        return self.filter(project_id__in=accounts.project_ids(user, action="event.view"))


class Reaction(models.Model):
    """What one event has caused at one listener, or why it has caused nothing. There is one line per pair and telling.

    `telling` counts how often the event has been told: each replay is another one. `details` say more of the outcome.
    What came too often and `waits` is started as soon as there is room, in the order of the ids.
    """

    class Outcome(models.TextChoices):
        STARTED = "started", _("Запущен")
        NOT_MATCHED = "not_matched", _("Условие не выполнено")
        OTHER_SUBJECT = "other_subject", _("Другой предмет")
        TOO_DEEP = "too_deep", _("Слишком длинная цепочка событий")
        TOO_OFTEN = "too_often", _("Слишком часто")
        REFUSED = "refused", _("Запуск не принят")
        NOTED = "noted", _("Учтено")

    id = models.BigAutoField(primary_key=True)
    project = models.ForeignKey("accounts.Project", models.PROTECT, related_name="+", verbose_name=_("Проект"))
    event = models.ForeignKey(
        "integrations.Event", models.CASCADE, related_name="reactions", verbose_name=_("Событие"), db_index=False
    )
    listener = models.ForeignKey(
        Listener, models.CASCADE, related_name="reactions", verbose_name=_("Слушатель"), db_index=False
    )
    workflow = models.ForeignKey(
        "workflows.Workflow", models.CASCADE, related_name="+", verbose_name=_("Рабочий процесс")
    )
    telling = models.PositiveIntegerField(_("Который раз"), default=1)
    outcome = models.CharField(_("Исход"), max_length=20, choices=Outcome.choices)
    details = models.JSONField(_("Подробности"), encoder=Encoder, decoder=Decoder, default=dict)
    execution = models.ForeignKey(
        "executions.Execution", models.SET_NULL, null=True, related_name="+", verbose_name=_("Запуск")
    )
    at = models.DateTimeField(_("Когда"), db_default=Clock())
    waits = models.BooleanField(_("Ждёт своей очереди"), default=False, db_default=False)

    objects = ReactionQuerySet.as_manager()

    class Meta:
        verbose_name = _("реакция на событие")
        verbose_name_plural = _("реакции на события")
        ordering = ["-at", "-id"]
        indexes = [
            models.Index("project", F("at").desc(), name="reaction_recent"),
            models.Index("listener", F("at").desc(), name="reaction_of_listener"),
            models.Index("listener", "id", name="reaction_waiting", condition=Q(waits=True)),
        ]
        constraints = [models.UniqueConstraint("event", "listener", "telling", name="reaction_once")]

    def __str__(self) -> str:
        return self.outcome


class Vigil(models.Model):
    """What a listener keeps in mind about one subject: since when, until when, and how it stands.

    `state` is the listener's own: a cursor, whether a threshold is crossed. Without `due_at` nothing is due.
    """

    id = models.BigAutoField(primary_key=True)
    listener = models.ForeignKey(
        Listener, models.CASCADE, related_name="vigils", verbose_name=_("Слушатель"), db_index=False
    )
    subject = models.CharField(_("Предмет"), max_length=200, default="")
    state = models.JSONField(_("Состояние"), encoder=Encoder, decoder=Decoder, default=dict)
    since = models.DateTimeField(_("С"), db_default=Clock())
    due_at = models.DateTimeField(_("Срок"), null=True)

    class Meta:
        verbose_name = _("наблюдение")
        verbose_name_plural = _("наблюдения")
        indexes = [models.Index("due_at", name="vigil_due", condition=Q(due_at__isnull=False))]
        constraints = [models.UniqueConstraint("listener", "subject", name="vigil_once")]

    def __str__(self) -> str:
        return self.subject
