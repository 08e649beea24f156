"""The tables of alerts: what goes wrong now, by which events it is known, and who has which message about it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts import services as accounts_services
from integrations.event_names import MAX_NAME, MAX_SUBJECT
from integrations.safe_json import Decoder, Encoder


class AlertQuerySet(models.QuerySet["Alert"]):
    def visible_to(self, user: Any) -> AlertQuerySet:
        """Alerts of the projects in which `user` may see events."""
        return self.filter(project_id__in=accounts_services.project_ids(user, action="event.view"))

    def open(self) -> AlertQuerySet:
        return self.filter(closed_at=None)


class Alert(models.Model):
    """One thing that goes wrong, however often it is told: all events with one fingerprint until it is over.

    `tell_at` is when people are told next: None when there is nothing to tell. `version` grows with everything that
    changes the form of the messages about it.
    """

    class Ending(models.TextChoices):
        RECOVERED = "recovered", _("Восстановлено")
        QUIET = "quiet", _("Больше не повторяется")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey("accounts.Project", models.CASCADE, related_name="+", verbose_name=_("проект"))
    fingerprint = models.CharField(_("отпечаток"), max_length=64)
    name = models.CharField(_("событие"), max_length=MAX_NAME)
    subject = models.CharField(_("предмет"), max_length=MAX_SUBJECT, default="")
    payload = models.JSONField(_("последнее содержание"), default=dict, encoder=Encoder, decoder=Decoder)
    count = models.PositiveIntegerField(_("сколько раз"), default=0)
    opened_at = models.DateTimeField(_("началось"))
    last_at = models.DateTimeField(_("последний раз"))
    acknowledged_at = models.DateTimeField(_("принято"), null=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("кто принял")
    )
    muted_until = models.DateTimeField(_("тихо до"), null=True)
    closed_at = models.DateTimeField(_("кончилось"), null=True)
    ending = models.CharField(_("чем кончилось"), max_length=10, choices=Ending.choices, default="", blank=True)
    version = models.PositiveIntegerField(default=1)
    tell_at = models.DateTimeField(_("рассказать"), null=True)
    told_at = models.DateTimeField(_("рассказано"), null=True)
    tellings = models.PositiveIntegerField(_("сообщений"), default=0)

    objects = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("тревога")
        verbose_name_plural = _("тревоги")
        ordering: ClassVar[list[str]] = ["-last_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["project", "fingerprint"], condition=Q(closed_at=None), name="alert_open"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tell_at"], condition=Q(tell_at__isnull=False), name="alert_to_tell"),
            models.Index(fields=["project", "-last_at"], name="alert_recent"),
            models.Index(fields=["closed_at"], condition=Q(closed_at__isnull=False), name="alert_closed"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.subject}".rstrip()


class AlertSighting(models.Model):
    """An event that an alert has counted, or that has ended one: it is not looked at again."""

    event = models.OneToOneField("integrations.Event", models.CASCADE, primary_key=True, related_name="+")
    alert = models.ForeignKey(Alert, models.CASCADE, null=True, related_name="sightings")

    class Meta:
        verbose_name = _("событие тревоги")
        verbose_name_plural = _("события тревоги")

    def __str__(self) -> str:
        return str(self.event_id)


class AlertMessage(models.Model):
    """The newest message about an alert in somebody's chat with the bot.

    `shown` is the form of the alert that it shows, `telling` the last of the alert's tellings that the person has had.
    """

    id = models.BigAutoField(primary_key=True)
    alert = models.ForeignKey(Alert, models.CASCADE, related_name="messages")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    chat_id = models.BigIntegerField()
    message_id = models.BigIntegerField()
    shown = models.PositiveIntegerField()
    telling = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("сообщение о тревоге")
        verbose_name_plural = _("сообщения о тревогах")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["alert", "person"], name="alert_message_once"),
        ]

    def __str__(self) -> str:
        return str(self.message_id)
