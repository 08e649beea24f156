"""How people are reached in Telegram: their cards, whether they can be written to, how they link their account."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.clock import Clock
from tickets.models.desk import Ticket


class Card(models.Model):
    """The one message about a ticket in a person's chat; it is edited to follow the ticket.

    `shown` is the ticket's version that the message tells of; without `message_id` none was sent yet.
    """

    id = models.BigAutoField(primary_key=True)
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="cards", verbose_name=_("заявка"), db_index=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("человек"), db_index=False
    )
    chat_id = models.BigIntegerField(_("чат"))
    message_id = models.BigIntegerField(_("сообщение"), null=True)
    shown = models.IntegerField(_("показанная версия"), default=-1)
    final = models.BooleanField(_("без кнопок"), default=False)
    sent_at = models.DateTimeField(_("отправлена"), null=True)

    class Meta:
        db_table = "ticket_cards"
        verbose_name = _("карточка")
        verbose_name_plural = _("карточки")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["ticket", "person"], name="card_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["chat_id", "message_id"], name="card_by_message")]

    def __str__(self) -> str:
        return f"{self.ticket} · {self.person}"


class Presence(models.Model):
    """Whether a person can and wants to be written to in Telegram. No row: yes."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        primary_key=True,
        related_name="telegram_presence",
        verbose_name=_("человек"),
    )
    reachable = models.BooleanField(_("доступен"), default=True)
    unreachable_reason = models.CharField(_("почему недоступен"), max_length=200, blank=True)
    unreachable_since = models.DateTimeField(_("недоступен с"), null=True)
    away_until = models.DateTimeField(_("отсутствует до"), null=True)

    class Meta:
        db_table = "telegram_presence"
        verbose_name = _("доступность в Telegram")
        verbose_name_plural = _("доступность в Telegram")

    def __str__(self) -> str:
        return str(self.person)


class LinkToken(models.Model):
    """A way to tie a Telegram account to a person: good once, for ten minutes. Only the digest of the token is kept."""

    digest = models.CharField(max_length=64, primary_key=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("человек"))
    expires_at = models.DateTimeField(_("действует до"), db_index=True)
    created_at = models.DateTimeField(_("выдан"), db_default=Clock())

    class Meta:
        db_table = "telegram_link_tokens"
        verbose_name = _("ключ привязки Telegram")
        verbose_name_plural = _("ключи привязки Telegram")

    def __str__(self) -> str:
        return str(self.person)
