"""The tables of what steps write down beside their items: answers to callers, errors, notices for people."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts import services as accounts
from accounts.clock import Clock
from integrations.safe_json import Decoder, Encoder


class RunAnswer(models.Model):
    """What the caller of a run is answered over HTTP. A run has one: the first that a step of it has given."""

    execution = models.OneToOneField(
        "executions.Execution", models.CASCADE, primary_key=True, related_name="answer", verbose_name=_("Запуск")
    )
    step_id = models.UUIDField()
    status = models.PositiveSmallIntegerField(_("Код ответа"))
    headers = models.JSONField(_("Заголовки"), encoder=Encoder, decoder=Decoder, default=dict)
    body = models.JSONField(_("Тело"), encoder=Encoder, decoder=Decoder, null=True)
    at = models.DateTimeField(_("Когда"), db_default=Clock())

    class Meta:
        verbose_name = _("ответ запуска")
        verbose_name_plural = _("ответы запусков")

    def __str__(self) -> str:
        return str(self.status)


class SavedErrorQuerySet(models.QuerySet["SavedError"]):
    def visible_to(self, user: Any) -> SavedErrorQuerySet:
        """Errors of the projects in which `user` may look at runs."""
        return self.filter(project_id__in=accounts.project_ids(user, action="execution.view"))


class SavedError(models.Model):
    """One error, kept for analysis: a step has saved it, or a run has ended by it. It outlives its run.

    `input` is the item that it is about, of a run its `inputData`; null where there is neither. `node_id` is where it
    happened, and `step_id` the step that wrote it down or failed. `message` is a gettext msgid with places for
    `details`, or a text as it is.
    """

    class Source(models.TextChoices):
        NODE = "node", _("Узел")
        RUN = "run", _("Запуск")

    class State(models.TextChoices):
        OPEN = "open", _("Не разобрана")
        REPLAYED = "replayed", _("Повторена")
        RESOLVED = "resolved", _("Исправлена")
        DISMISSED = "dismissed", _("Отклонена")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey("accounts.Project", models.PROTECT, related_name="+", verbose_name=_("Проект"))
    workflow = models.ForeignKey(
        "workflows.Workflow", models.PROTECT, related_name="+", verbose_name=_("Рабочий процесс")
    )
    execution_id = models.UUIDField(_("Запуск"))
    step_id = models.UUIDField(null=True)
    node_id = models.CharField(_("Узел"), max_length=200, default="")
    label = models.CharField(_("Название"), max_length=500, default="")
    source = models.CharField(_("Откуда"), max_length=8, choices=Source.choices)
    code = models.CharField(_("Код"), max_length=100)
    message = models.TextField(_("Сообщение"))
    details = models.JSONField(_("Подробности"), encoder=Encoder, decoder=Decoder, default=dict)
    input = models.JSONField(_("Входные данные"), encoder=Encoder, decoder=Decoder, null=True)
    at = models.DateTimeField(_("Когда"), db_default=Clock())
    state = models.CharField(_("Состояние"), max_length=12, choices=State.choices, default=State.OPEN)
    reason = models.CharField(_("Причина"), max_length=500, default="")
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("Кто разобрал")
    )
    handled_at = models.DateTimeField(_("Разобрана"), null=True)
    replay_id = models.UUIDField(_("Повтор"), null=True)

    objects = SavedErrorQuerySet.as_manager()

    class Meta:
        verbose_name = _("сохранённая ошибка")
        verbose_name_plural = _("сохранённые ошибки")
        ordering = ["-at", "-id"]
        indexes = [
            models.Index("project", F("at").desc(), name="saved_error_recent"),
            models.Index("workflow", F("at").desc(), name="saved_error_of_workflow"),
            models.Index("execution_id", name="saved_error_of_run"),
            models.Index("at", name="saved_error_age"),
        ]

    def __str__(self) -> str:
        return self.code


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user: Any) -> NoticeQuerySet:
        """Notices of the projects in which `user` may look at runs."""
        return self.filter(project_id__in=accounts.project_ids(user, action="execution.view"))


class Notice(models.Model):
    """Something that a run wanted people to know. It outlives its run."""

    class Severity(models.TextChoices):
        INFO = "info", _("Сведения")
        WARNING = "warning", _("Предупреждение")
        ERROR = "error", _("Ошибка")
        CRITICAL = "critical", _("Авария")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey("accounts.Project", models.PROTECT, related_name="+", verbose_name=_("Проект"))
    workflow = models.ForeignKey(
        "workflows.Workflow", models.PROTECT, related_name="+", verbose_name=_("Рабочий процесс")
    )
    execution_id = models.UUIDField(_("Запуск"))
    node_id = models.CharField(_("Узел"), max_length=200)
    severity = models.CharField(_("Важность"), max_length=8, choices=Severity.choices)
    title = models.CharField(_("Заголовок"), max_length=200)
    text = models.TextField(_("Текст"), default="")
    at = models.DateTimeField(_("Когда"), db_default=Clock())
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("Кто прочёл")
    )
    seen_at = models.DateTimeField(_("Прочтено"), null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("уведомление")
        verbose_name_plural = _("уведомления")
        ordering = ["-at", "-id"]
        indexes = [
            models.Index("project", F("at").desc(), name="notice_recent"),
            models.Index("at", name="notice_age"),
        ]

    def __str__(self) -> str:
        return self.title
