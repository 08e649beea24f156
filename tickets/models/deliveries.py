"""What was sent to contacts, one row per contact and sending."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts import services as accounts_services
from accounts.clock import Clock
from tickets.models.contacts import Channel, Contact


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def visible_to(self, user: Any) -> DeliveryQuerySet:
        """Deliveries to contacts of the projects in which `user` may look at them."""
        return self.filter(project_id__in=accounts_services.project_ids(user, action="contact.view"))


class Delivery(models.Model):
    """One message to one contact.

    `batch` names the sending: a step of a run, and its item. A contact is in it once, so that a repeated step finds
    whom it has already written to. `reason` is a code: why the contact was left out, or how the sending failed.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Ждёт отправки")
        SENT = "sent", _("Отправлено")
        FAILED = "failed", _("Не доставлено")
        SKIPPED = "skipped", _("Пропущено")

    id = models.BigAutoField(primary_key=True)
    project = models.ForeignKey("accounts.Project", models.PROTECT, related_name="+", verbose_name=_("проект"))
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="deliveries", verbose_name=_("контакт"))
    execution_id = models.UUIDField(_("выполнение"), null=True)
    batch = models.CharField(_("рассылка"), max_length=500)
    channel = models.CharField(_("канал"), max_length=10, choices=Channel)
    state = models.CharField(_("состояние"), max_length=10, choices=State, default=State.WAITING)
    reason = models.CharField(_("причина"), max_length=100, blank=True)
    created_at = models.DateTimeField(_("создано"), db_default=Clock(), editable=False)
    finished_at = models.DateTimeField(_("закончено"), null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("доставка")
        verbose_name_plural = _("доставки")
        ordering: ClassVar[list[str]] = ["-created_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["batch", "contact"], name="delivery_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index("project", F("created_at").desc(), name="delivery_recent"),
            models.Index(fields=["created_at"], name="delivery_age"),
            models.Index(fields=["execution_id"], name="delivery_of_run"),
        ]

    def __str__(self) -> str:
        return f"{self.contact} · {self.get_state_display()}"


class Broadcast(models.Model):
    """What a sending says, once for all its contacts; its `batch` is that of their deliveries.

    The texts may hold places such as `{name}`, which are filled for each contact.
    """

    batch = models.CharField(_("рассылка"), max_length=500, primary_key=True)
    project = models.ForeignKey("accounts.Project", models.PROTECT, related_name="+", verbose_name=_("проект"))
    subject = models.CharField(_("тема"), max_length=500, blank=True)
    text = models.TextField(_("текст"), blank=True)
    html = models.TextField(_("разметка HTML"), blank=True)
    created_at = models.DateTimeField(_("создано"), db_default=Clock(), db_index=True, editable=False)

    class Meta:
        verbose_name = _("рассылка")
        verbose_name_plural = _("рассылки")
        ordering: ClassVar[list[str]] = ["-created_at", "batch"]

    def __str__(self) -> str:
        return self.subject or self.text[:80]
